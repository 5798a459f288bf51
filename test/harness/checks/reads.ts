import { TIMER } from '../../../src/privacy/fields.ts';
import type { Snapshot } from '../../../src/privacy/settings.ts';
import type { PrivacyReading } from '../../../src/fleet/calls/privacy-calls.ts';
import type { Call, Request, Trace } from '../trace.ts';
import type { Watcher } from '../watchers.ts';
import type { World } from '../world.ts';
import { withoutTimer } from './shown.ts';

export const sameMap = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

/** Whether this read brought this snapshot. */
export function broughtBy(request: Request, snapshot: Snapshot, trace: Trace): boolean {
  const epoch = trace.clock.now() - trace.clock.monotonic();
  return (
    request.reply?.kind === 'result' &&
    request.shows !== undefined &&
    request.replyAt !== undefined &&
    (isWithTimer(request, snapshot, trace) || isTimeOf(request, request.replyAt, trace, snapshot.observedAt - epoch)) &&
    sameMap(request.shows, withoutTimer(snapshot.categories))
  );
}

/** Where the timer was asked for with it, the time is that of the later of both answers. */
const isWithTimer = ({ link, at, call }: Request, { categories }: Snapshot, { requests }: Trace): boolean =>
  categories.has(TIMER) ||
  requests.some((each) => each.kind === 'timer_read' && each.link === link && each.at === at && each.call === call);

/**
 * Answers may come in one millisecond and be worked off in either order: those that show other settings are each of a time
 * of their own, right before or behind it.
 */
const SAME_TIME_MS = 5;

/** When the answer came; or, where one to a later read was there before, that one's time, or a time before that. */
function isTimeOf({ link, seq, replySeq = 0 }: Request, replyAt: number, trace: Trace, time: number): boolean {
  const later = trace.requests.filter(
    (each) =>
      each.link.slot === link.slot &&
      each.link.incarnation === link.incarnation &&
      each.seq > seq &&
      each.reply?.kind === 'result' &&
      each.shows !== undefined,
  );
  const isOfReply = Math.abs(time - replyAt) < SAME_TIME_MS;
  const laterAt = later.findLast((each) => (each.replySeq ?? Number.POSITIVE_INFINITY) < replySeq)?.replyAt;
  if (laterAt === undefined) return isOfReply;
  // One that came in the same millisecond may have been worked off first: it showed that the same still holds.
  const isConfirmed = later.some((each) => each.replyAt === replyAt);
  return time < Math.min(replyAt, laterAt) + SAME_TIME_MS || (isOfReply && isConfirmed);
}

/** A read's answer comes from a read that left after the call began. */
export function checkRead({ trace }: World, call: Call): void {
  const { snapshot } = call;
  if (!snapshot) return;
  const source = trace.requests.find(
    (request) => request.link.slot === call.slot && request.seq > call.startSeq && broughtBy(request, snapshot, trace),
  );
  trace.expect(
    source !== undefined,
    'reads are fresh',
    () => `read ${call.n} of ${call.slot} shows no read of its time`,
  );
}

/** What a privacy subscription shows was read, and never goes back to an older read. */
export function checkEmission({ trace }: World, watcher: Watcher, reading: PrivacyReading, incarnation: number): void {
  const { slot } = watcher;
  const { snapshot, stale = false } = reading;
  // The timer has reads of its own, behind the one of the other settings.
  const hasTimer = snapshot.categories.has(TIMER);
  const source = trace.requests.find(
    (request) =>
      request.link.slot === slot.name &&
      request.link.incarnation === incarnation &&
      (request.seq > watcher.readSeq || (hasTimer && request.seq === watcher.readSeq)) &&
      broughtBy(request, snapshot, trace),
  );
  const text = (): string => `the subscription of ${slot.name} shows what no later read than the one before brought`;
  trace.expect(source !== undefined, 'subscriptions never go back', text);
  // A change and its return may come together.
  const between = trace.requests.filter(
    ({ link, seq, shows }) => link.slot === slot.name && shows && seq > watcher.readSeq && seq <= (source?.seq ?? 0),
  );
  const before = watcher.snapshot?.categories;
  const isKnownAgain = watcher.stale && !stale;
  const isTimers = before?.get(TIMER) !== snapshot.categories.get(TIMER);
  const isNew =
    !before || isKnownAgain || isTimers || between.some(({ shows }) => shows && !sameMap(withoutTimer(before), shows));
  trace.expect(isNew, 'subscriptions show changes', () => `${slot.name} again what it showed before`);
  watcher.readSeq = source?.seq ?? watcher.readSeq;
  watcher.snapshot = snapshot;
  watcher.stale = stale;
}
