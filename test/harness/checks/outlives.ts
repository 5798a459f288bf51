import type { UpdateOutcome } from '../../../src/privacy/outcome.ts';
import type { Call, LinkTrace, Request } from '../trace.ts';
import type { World } from '../world.ts';

/** From then on an update sends nothing any more: what opens later comes too late for it. */
const LAST_SEND_MS = 24_000;
/** So many reads that came to nothing are enough. */
const READ_TRIES = 3;
/** What keeps an instance away, or brings it back sooner than it would come by itself. */
const BY_USER: ReadonlySet<Call['kind']> = new Set(['start', 'stop', 'pair', 'unlink', 'delete']);

/**
 * Whatever ends a link, an update with time left is judged by a read on the next one. Whether there was a next one is known
 * only once the update's time is up, however early it ended.
 */
export function checkOutlives(world: World, call: Call, { snapshot, failures }: UpdateOutcome): void {
  const { trace, clock } = world;
  const { link } = call.requests.findLast(isCutOff) ?? {};
  const isOpenQuestion = snapshot === undefined || failures.some(({ code }) => code === 'CONNECTION_LOST');
  if (!link || !isOpenQuestion) return;
  const reads = call.requests.filter(({ kind, left }) => kind === 'read' && left);
  if (reads.some((read) => read.link.n > link.n) || reads.length >= READ_TRIES) return;
  const isUpAt = call.startAt + LAST_SEND_MS;
  clock.after(Math.max(0, isUpAt - clock.monotonic()), () => {
    const next = trace.links.find((each) => follows(each, link) && (each.openAt ?? isUpAt) < isUpAt);
    if (!next || isMovedByUser(trace.calls, link, next)) return;
    trace.violate(
      'an update outlives its link',
      `update ${call.n} of ${call.slot} ended with link ${link.n}, and link ${next.n} opened in its time`,
    );
  });
}

const isCutOff = ({ left, reply }: Request): boolean => !left || reply?.kind === 'lost';

const follows = (link: LinkTrace, before: LinkTrace): boolean =>
  link.slot === before.slot && link.incarnation === before.incarnation && link.n > before.n;

const isMovedByUser = (calls: readonly Call[], { slot, goneAt = 0 }: LinkTrace, { openAt = 0 }: LinkTrace): boolean =>
  calls.some(
    (call) =>
      call.slot === slot && BY_USER.has(call.kind) && call.startAt <= openAt && (call.endAt ?? openAt) >= goneAt,
  );
