import { CALL_MS, type Call as ClientCall } from '../../src/call.ts';
import { deadlineIn } from '../../src/clock.ts';
import type { InstanceView } from '../../src/instance/state.ts';
import { ask } from './calls.ts';
import { checkEnd } from './checks/calls.ts';
import { saysFailure } from './evidence.ts';
import type { Credentials } from './model/frames.ts';
import type { Call, CallKind } from './trace.ts';
import type { Slot, World } from './world.ts';

const callBy = ({ clock }: World, signal: AbortSignal): ClientCall => ({
  signal,
  deadline: deadlineIn(clock, CALL_MS),
});

interface PairOptions {
  readonly byCode: boolean;
  readonly acceptAfterMs: number;
  readonly passkey?: boolean;
}

/** Creates the instance where there is none, and links it as its user would. */
export async function pair(world: World, slot: Slot, options: PairOptions): Promise<void> {
  if (slot.id === undefined && !(await create(world, slot))) return;
  const phoneNumber = options.byCode ? slot.plan.phoneNumber : undefined;
  slot.parked = false;
  slot.pairings += 1;
  const asked = ask(world, slot, 'pair', ({ lifecycle }, reach, signal) =>
    lifecycle.pair(reach, slot.name, phoneNumber, callBy(world, signal)),
  );
  const view = await asked?.result;
  if (!asked) return;
  checkEnd(world, slot, asked.call);
  const shown = view?.pairing?.code ?? view?.pairing?.qr;
  if (shown === undefined) return;
  // Both name the link that showed them: "CODE7", "7/1".
  const link = Number.parseInt(shown.replace('CODE', ''), 10);
  world.clock.after(options.acceptAfterMs, () => world.whatsApp.accept(slot.name, link, options.passkey === true));
}

async function create(world: World, slot: Slot): Promise<boolean> {
  const asked = ask(world, slot, 'create', ({ lifecycle }, reach) => lifecycle.create(reach, slot.name));
  const view = await asked?.result;
  if (!asked) return false;
  checkEnd(world, slot, asked.call);
  if (!view) return false;
  slot.id = view.id;
  slot.bornAt = world.clock.monotonic();
  world.service?.watchers.open(slot);
  return true;
}

/** Starting, stopping, unlinking or deleting. */
export async function change(
  world: World,
  slot: Slot,
  kind: Extract<CallKind, 'start' | 'stop' | 'unlink' | 'delete'>,
): Promise<void> {
  const { id, stored } = slot;
  if (kind === 'start') {
    slot.parked = false;
  }
  const asked = ask(world, slot, kind, async ({ lifecycle }, reach, signal): Promise<InstanceView | 'deleted'> => {
    const call = callBy(world, signal);
    if (kind === 'unlink') return lifecycle.unlink(reach, slot.name, call);
    if (kind === 'delete') return lifecycle.delete(reach, slot.name, call).then(() => 'deleted');
    return kind === 'start' ? lifecycle.start(reach, slot.name, call) : lifecycle.stop(reach, slot.name, call);
  });
  const done = await asked?.result;
  if (!asked) return;
  if (done !== undefined && kind !== 'start') slot.parked = !isAskedToRun(world, slot, asked.call);
  if (done !== undefined && kind === 'delete' && slot.id === id) slot.id = undefined;
  if (done !== undefined && done !== 'deleted' && kind === 'unlink') checkUnlinked(world, slot, stored, done);
  checkEnd(world, slot, asked.call);
}

/** Whether a call behind this one wants the instance to connect. */
const isAskedToRun = (world: World, slot: Slot, { n }: Call): boolean =>
  world.trace.calls.some((other) => other.slot === slot.name && other.n > n && ['start', 'pair'].includes(other.kind));

/** Longer than a moment, and not long ago. */
const OPEN_MS = 65_000;
const LATELY_MS = 290_000;

function checkUnlinked(
  { trace, whatsApp, clock }: World,
  slot: Slot,
  stored: string | undefined,
  { reason }: InstanceView,
): void {
  if (reason?.code === 'unlinked_here') {
    const links = trace.links.filter((link) => link.slot === slot.name);
    const now = clock.monotonic();
    const isRefused = links.some((link) => saysFailure(link, 402, 403, 406));
    const wasOpen = links.some(
      ({ wasOpen, openedAt, goneAt = now }) => wasOpen && goneAt - openedAt > OPEN_MS && now - goneAt < LATELY_MS,
    );
    const text = (): string => `the account of ${slot.name} was within reach`;
    return trace.expect(isRefused || !wasOpen, 'unlinked means unlinked', text);
  }
  const credentials = stored === undefined ? undefined : (JSON.parse(stored) as Credentials);
  const isListed = credentials !== undefined && whatsApp.account(slot.name).devices.has(credentials.device);
  trace.expect(!isListed, 'unlinked means unlinked', () => `the phone of ${slot.name} still lists the device`);
}
