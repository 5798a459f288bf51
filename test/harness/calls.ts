import { CALL_MS, type Call as ClientCall } from '../../src/call.ts';
import { deadlineIn } from '../../src/clock.ts';
import { PrivetError } from '../../src/errors.ts';
import type { RequestedChange } from '../../src/privacy/outcome.ts';
import type { UpdateTerms } from '../../src/privacy/policies/terms.ts';
import type { Snapshot } from '../../src/privacy/settings.ts';
import type { FleetCalls } from '../../src/fleet/calls/fleet-calls.ts';
import type { Reach } from '../../src/fleet/calls/reach.ts';
import type { Act } from './acts.ts';
import { noteCall } from './begun.ts';
import { checkEnd } from './checks/calls.ts';
import { callContext, GaveUp, type Call, type CallKind, type ListWish } from './trace.ts';
import type { Slot, World } from './world.ts';

export interface Asked<T> {
  readonly call: Call;
  /** What came of it; undefined where it failed. Never settles where the service crashed first. */
  readonly result: Promise<T | undefined>;
}

type UpdateAct = Extract<Act, { do: 'update' }>;

const LONG_AGO_MS = 60_000;

interface AskOptions {
  readonly changes?: readonly RequestedChange[];
  readonly terms?: UpdateTerms;
  readonly seen?: Snapshot | undefined;
  readonly wanted?: ListWish;
  /** The caller goes away after this long. */
  readonly giveUpAfterMs?: number | undefined;
}

/** One call of a user, noted down and checked when it ends. Undefined while there is no service to call. */
export function ask<T>(
  world: World,
  slot: Slot,
  kind: CallKind,
  work: (fleet: FleetCalls, reach: Reach, signal: AbortSignal) => Promise<T>,
  { changes = [], terms = {}, seen, wanted, giveUpAfterMs }: AskOptions = {},
): Asked<T> | undefined {
  const { trace, service, clock } = world;
  if (!service) return undefined;
  const call = noteCall(trace, {
    kind,
    slot: slot.name,
    incarnation: service.n,
    changes,
    terms,
    seen,
    wanted,
  });
  trace.note(
    slot.name,
    `${kind} ${call.n} ${[...Object.values(terms), ...changes.map(({ field, wire }) => `${field}=${wire}`), ...(wanted ? textsOf(wanted) : [])].join(' ')}`.trimEnd(),
  );
  const caller = new AbortController();
  if (giveUpAfterMs !== undefined) clock.after(giveUpAfterMs, () => caller.abort(new GaveUp('The caller went away')));
  const run = async (): Promise<T | undefined> => {
    try {
      const result = await callContext.run(call, () =>
        work(service.fleet, { accountId: slot.accountId }, caller.signal),
      );
      return end(result, undefined);
    } catch (error) {
      return end(undefined, error);
    }
  };
  const end = (result: T | undefined, error: unknown): T | undefined => {
    if (call.crashed) return undefined;
    call.endSeq = trace.seq();
    call.endAt = clock.monotonic();
    call.error = error;
    const what = error === undefined ? 'ends' : `fails: ${error instanceof Error ? error.message : 'with no error'}`;
    trace.note(slot.name, `${kind} ${call.n} ${what}`);
    return result;
  };
  const result = run();
  call.done = result;
  return { call, result };
}

const textsOf = ({ list, isReplace, contacts }: ListWish): string[] => [
  list,
  ...(isReplace ? ['alone'] : []),
  ...contacts.map(({ named, listed }) => `${listed ? '+' : '-'}${named.text}`),
];

/** One that has all of its time left. When that is up its signal aborts, as at the edges. */
export function callOf({ clock }: World, signal: AbortSignal): ClientCall {
  const time = new AbortController();
  clock.after(CALL_MS, () => time.abort(new PrivetError('TIMEOUT', 'The call did not end in time')));
  return { signal: AbortSignal.any([signal, time.signal]), deadline: deadlineIn(clock, CALL_MS) };
}

export function update(
  world: World,
  slot: Slot,
  changes: readonly RequestedChange[],
  { terms: { onFailure, ifSeen } = {}, giveUpAfterMs }: Pick<UpdateAct, 'terms' | 'giveUpAfterMs'> = {},
): void {
  const shown = ifSeen && world.service?.watchers.of(slot)?.snapshot;
  const terms: UpdateTerms = {
    ...(onFailure && { onFailure }),
    ...(shown && { ifObservedAt: ifSeen === 'now' ? shown.observedAt : shown.observedAt - LONG_AGO_MS }),
  };
  const asked = ask(
    world,
    slot,
    'update',
    async ({ privacy }, reach, signal) => {
      const { outcome } = await privacy.update(reach, slot.name, changes, callOf(world, signal), undefined, terms);
      return outcome;
    },
    { changes, terms, seen: ifSeen === 'now' ? shown : undefined, giveUpAfterMs },
  );
  void asked?.result.then((outcome) => {
    asked.call.outcome = outcome;
    checkEnd(world, slot, asked.call);
  });
}

export function read(world: World, slot: Slot, giveUpAfterMs?: number): void {
  const asked = ask(
    world,
    slot,
    'read',
    async ({ privacy }, reach, signal) => (await privacy.read(reach, slot.name, callOf(world, signal))).snapshot,
    { giveUpAfterMs },
  );
  void asked?.result.then((snapshot) => {
    asked.call.snapshot = snapshot;
    checkEnd(world, slot, asked.call);
  });
}
