import type { Watcher } from '../watchers.ts';
import type { Slot, World } from '../world.ts';
import { TIMER } from '../../../src/privacy/fields.ts';
import { sameMap } from './reads.ts';
import { withoutTimer } from './shown.ts';
import { checkConnecting } from './states.ts';

/** A refresh that failed is tried again after 2 s, and one that was refused again and again after a minute at most. */
const QUIET_MS = 3_000;
const REFUSED_MS = 61_000;
/** One at work, the others in line. */
const MOST_UPDATES = 33;
/** A socket that takes its time to close. */
const CLOSING_MS = 2_100;

/** Between two steps: whoever had the time to learn the truth must know it. */
export function checkQuiet(world: World): void {
  const { service } = world;
  if (!service) return;
  for (const slot of world.slots.values()) {
    const watcher = service.watchers.of(slot);
    if (!watcher) continue;
    checkConnecting(world, watcher);
    checkWaiting(world, slot);
    checkOpen(world, slot, watcher);
    checkDeaf(world, slot);
    if (isQuiet(world, slot, watcher)) checkView(world, slot, watcher);
  }
}

/** Of many updates at once some are refused at once. */
function checkWaiting({ trace, service }: World, { name }: Slot): void {
  const waiting = trace.calls.filter(
    (call) =>
      call.slot === name && call.kind === 'update' && call.endSeq === undefined && call.incarnation === service?.n,
  );
  trace.expect(waiting.length <= MOST_UPDATES, 'updates are bounded', () => `${waiting.length} wait for ${name}`);
}

function isQuiet(world: World, slot: Slot, watcher: Watcher): boolean {
  const account = world.whatsApp.account(slot.name);
  const link = world.trace.links.findLast((each) => each.slot === slot.name);
  const now = world.clock.monotonic();
  const read = world.trace.requests.findLast((each) => each.link === link && each.kind === 'read');
  const isRefused = read?.reply?.kind === 'refused' || read?.reply?.kind === 'odd' || read?.shows === undefined;
  return (
    watcher.view?.state === 'OPEN' &&
    slot.hangsUntil < now &&
    now - account.lastActivity >= QUIET_MS &&
    link?.pending === 0 &&
    now - link.lastReplyAt >= (isRefused ? REFUSED_MS : QUIET_MS) &&
    account.linkedDevice?.link?.idle === true
  );
}

/** The subscription shows what WhatsApp holds, unless the last read hid something. */
export function checkView(world: World, slot: Slot, { snapshot }: Watcher): void {
  const { trace, whatsApp } = world;
  const privacy = new Map(whatsApp.account(slot.name).privacy);
  const last = trace.requests.findLast(
    ({ link, shows, reply }) => link.slot === slot.name && shows && reply?.kind === 'result',
  );
  if (last?.blurred) return;
  const holds = snapshot !== undefined && sameMap(withoutTimer(snapshot.categories), privacy);
  const text = (): string => `${slot.name}: ${show(snapshot?.categories)}, WhatsApp: ${show(privacy)}`;
  trace.expect(holds, 'the subscription shows the truth', text);
  const timer = snapshot?.categories.get(TIMER);
  const isRead = trace.requests.findLast(
    ({ kind, link }) => kind === 'timer_read' && link.slot === slot.name,
  )?.showsTimer;
  const seconds = String(whatsApp.account(slot.name).timer.seconds);
  const isTimers = timer === undefined || isRead === undefined || timer === seconds;
  trace.expect(isTimers, 'the subscription shows the timer', () => `${slot.name}: ${timer}, WhatsApp: ${seconds}`);
}

/** A link that leaves so many of the session's own reads open is given up. */
const MOST_SILENT = 3;

function checkDeaf({ trace }: World, slot: Slot): void {
  const link = trace.links.findLast((each) => each.slot === slot.name);
  if (!link || link.gone) return;
  const over = trace.requests.filter((each) => each.link === link && each.kind === 'read' && each.reply);
  // A read of somebody else that was answered shows as well that the link lives.
  const signs = over.filter(({ reply }) => reply?.kind !== 'timed_out');
  const lastSign = Math.max(0, ...signs.map(({ replySeq = 0 }) => replySeq));
  const silent = over.filter(({ call, seq }) => !call && seq > lastSign).length;
  trace.expect(silent <= MOST_SILENT, 'deaf links are given up', () => `${silent} reads unanswered on link ${link.n}`);
}

const show = (privacy: ReadonlyMap<string, string> | undefined): string =>
  [...(privacy ?? [])].map(([category, value]) => `${category}=${value}`).join(' ');

function checkOpen({ trace, clock }: World, slot: Slot, { view }: Watcher): void {
  const last = trace.links.findLast((link) => link.slot === slot.name);
  if (view?.state !== 'OPEN' || slot.hangsUntil >= (last?.goneAt ?? 0)) return;
  const goneMs = last?.goneAt === undefined ? 0 : clock.monotonic() - last.goneAt;
  trace.expect(goneMs <= CLOSING_MS, 'OPEN means connected', () => `${slot.name} is OPEN ${goneMs} ms after its link`);
}
