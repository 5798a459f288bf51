import { PrivetError } from '../../../src/errors.ts';
import { SettingsChangedError } from '../../../src/privacy/policies/condition.ts';
import { SealError, StorageError } from '../../../src/storage/errors.ts';
import { GaveUp, textOf, type Call, type Request } from '../trace.ts';
import type { Slot, World } from '../world.ts';
import { checkList } from './lists.ts';
import { checkRead } from './reads.ts';
import { checkTerms, mayHaveRead } from './terms.ts';
import { checkUpdate } from './update.ts';

const CALL_MS = 30_000;
/** What a call on an instance that nothing disturbs may take, others of its own before it included. */
const CALM_MS = 10_000;
/** How long after the service changed an undisturbed instance may be away. */
const BACK_WITHIN_MS = 15_000;

/** What must hold when a call ends. */
export function checkEnd(world: World, slot: Slot, call: Call): void {
  const { trace } = world;
  const { kind, error, endAt = 0 } = call;
  const name = `${kind} ${call.n} of ${slot.name}`;
  leaveOutOthers(call);
  checkDuration(world, slot, call);
  if (error !== undefined) {
    const typed = [PrivetError, StorageError, SealError, GaveUp].some((known) => error instanceof known);
    trace.expect(typed, 'errors are typed', () => `${name}: ${textOf(error)}`);
    if (kind === 'update') checkFailedUpdate(world, call);
    checkTerms(world, call, (rule, text) => trace.violate(rule, `${name}: ${text}`));
  }
  if (call.outcome) checkUpdate(world, call, call.outcome);
  checkList(world, call);
  checkRead(world, call);
  const undisturbed =
    !isBeyond(world, call) &&
    slot.plan.calm &&
    call.startAt - world.serviceChangedAt > BACK_WITHIN_MS &&
    isStill(world, call);
  if (undisturbed && !succeeded(call)) {
    trace.violate('one never affects another', `${name} failed: ${describe(call)}`);
  }
  if (undisturbed) {
    const tookMs = endAt - call.startAt;
    trace.expect(tookMs <= CALM_MS, 'one never slows another', () => `${name} took ${tookMs} ms`);
  }
}

/**
 * A call waits for each of its reads. One that is still under way when its outcome is there is the session's, which looks for
 * what may land yet.
 */
function leaveOutOthers({ outcome, endSeq = 0, requests }: Call): void {
  if (!outcome) return;
  const own = requests.filter(
    ({ kind, replySeq = Number.POSITIVE_INFINITY }) => (kind !== 'read' && kind !== 'timer_read') || replySeq < endSeq,
  );
  requests.splice(0, requests.length, ...own);
}

/**
 * What fails as a whole sent nothing: it found no connection, no turn or no time. Only a caller who gave up may have read,
 * where the view was wrong and there was nothing to write by it; what it would have written then is not written any more.
 */
function checkFailedUpdate(world: World, call: Call): void {
  const { trace } = world;
  const { n, slot, requests, error } = call;
  const isExcused = (request: Request): boolean =>
    (error instanceof GaveUp && (request.kind === 'read' || request.kind === 'timer_read')) ||
    mayHaveRead(call, request);
  const sent = requests.filter((request) => request.left && !isExcused(request));
  const text = (): string => `update ${n} of ${slot}: ${textOf(error)}, with request ${sent[0]?.seq}`;
  trace.expect(sent.length === 0, 'an update that fails as a whole sent nothing', text);
}

/** The account has no such list. */
const isBeyond = ({ whatsApp }: World, { kind, slot, wanted }: Call): boolean =>
  kind === 'exclusions' && !whatsApp.account(slot).privacy.has(wanted?.list ?? '');

/** The service was not restarted while the call ran. */
const isStill = (world: World, call: Call): boolean =>
  world.service?.n === call.incarnation && world.serviceChangedAt <= call.startAt;

/** What does not hold for a reason that nobody else has a part in. */
const OWN_FAULT: ReadonlySet<string> = new Set(['UNSUPPORTED', 'NOT_ON_WHATSAPP', 'UNRESOLVED', 'SKIPPED']);

const failuresOf = ({ outcome, listOutcome }: Call) => outcome?.failures ?? listOutcome?.failures ?? [];

const succeeded = (call: Call): boolean =>
  call.error instanceof SettingsChangedError ||
  (call.error === undefined && failuresOf(call).every(({ code }) => OWN_FAULT.has(code)));

function describe(call: Call): string {
  return call.error === undefined ? JSON.stringify(failuresOf(call)) : textOf(call.error);
}

const AT_ONCE: ReadonlySet<Call['kind']> = new Set(['update', 'read', 'exclusions', 'exclude', 'blocks', 'block']);

/** Updates and reads end within 30 s; what waits for a store that hangs, or for calls before it, may take as much more. */
function checkDuration({ trace }: World, slot: Slot, call: Call): void {
  const tookMs = (call.endAt ?? 0) - call.startAt;
  const isLifecycle = !AT_ONCE.has(call.kind);
  const ahead = trace.calls.filter(
    (other) => other.slot === slot.name && other.n < call.n && (other.endAt ?? Number.POSITIVE_INFINITY) > call.startAt,
  );
  const hungMs = Math.max(0, slot.hangsUntil - call.startAt);
  const mostMs = isLifecycle ? CALL_MS * (1 + ahead.length) + hungMs : CALL_MS;
  const text = (): string => `${call.kind} ${call.n} of ${slot.name} took ${tookMs} ms`;
  trace.expect(tookMs <= mostMs, 'every call ends within 30 s', text);
}
