import { type InstanceState, type InstanceView, isLive, type Pairing } from '../../../src/instance/state.ts';
import { saysFailure, saysLogout, saysReplaced } from '../evidence.ts';
import type { LinkTrace } from '../trace.ts';
import type { Watcher } from '../watchers.ts';
import type { Slot, World } from '../world.ts';

/** CONNECTING is left within 30 s; a little for the close of a socket that takes its time. */
const MOST_CONNECTING_MS = 30_000 + 2_000;
const MOST_REPLACED = 3;
const REPLACED_WINDOW_MS = 600_000;

/** A state that a subscription showed. */
export function checkState(world: World, watcher: Watcher, view: InstanceView): void {
  const { trace, clock } = world;
  const { slot } = watcher;
  const before = watcher.view;
  if (before?.state !== view.state || before.reason?.code !== view.reason?.code) {
    trace.note(slot.name, `is ${view.state}${view.reason ? ` (${view.reason.code})` : ''}`);
  }
  if (before?.state !== view.state) {
    checkConnecting(world, watcher);
    watcher.stateAt = clock.monotonic();
  }
  watcher.view = view;
  if (view.state === 'OPEN') checkOpened(world, slot);
  if (!isLive(view)) world.service?.outdated.ended(slot);
  if (view.pairing) checkPairing(world, slot, view.pairing);
  // What was stored is shown until the session has begun.
  const excuse = before && whyNot(world, slot, view);
  if (excuse !== undefined) trace.violate('states have evidence', `${slot.name} is ${view.state}: ${excuse}`);
}

/** OPEN is told once the link's first read is in. */
function checkOpened({ trace, service }: World, slot: Slot): void {
  service?.outdated.accepted(slot);
  const link = trace.links.findLast((each) => each.slot === slot.name);
  if (!link) return;
  link.wasOpen = true;
  const isRead = trace.requests.some(
    (request) => request.link === link && request.kind === 'read' && request.reply?.kind === 'result' && request.shows,
  );
  trace.expect(isRead, 'OPEN means read', () => `${slot.name} is OPEN by link ${link.n}, which has read nothing`);
}

/** What is shown can be scanned or typed, and until when it says. */
function checkPairing({ trace }: World, slot: Slot, { qr, code, expiresAt }: Pairing): void {
  const link = trace.links.findLast((each) => each.slot === slot.name);
  const isTrue = qr === undefined || (link?.qr?.text === qr && link.qr.expiresAt === expiresAt);
  const text = (): string => `${qr} until ${expiresAt}, and it is ${link?.qr?.text} until ${link?.qr?.expiresAt}`;
  trace.expect(isTrue, 'a QR is shown with its end', text);
  const isConfirmed = code === undefined || link?.codeConfirmed === true;
  trace.expect(isConfirmed, 'a code that is shown can be typed', () => `${code} of ${slot.name}`);
  const isDated = code === undefined || link?.pairsUntil === expiresAt;
  trace.expect(isDated, 'a code is shown with its end', () => `${code} until ${expiresAt}, not ${link?.pairsUntil}`);
}

/** At any time: how long an instance may be on its way to OPEN, and that OPEN means connected. */
export function checkConnecting(world: World, { slot, view, stateAt }: Watcher): void {
  const { trace, clock } = world;
  // Between pairing and the login with it the state stays.
  const openedAt = trace.links.findLast((link) => link.slot === slot.name)?.openedAt ?? 0;
  const forMs = clock.monotonic() - Math.max(stateAt, openedAt);
  if (view?.state === 'CONNECTING' && slot.hangsUntil < stateAt) {
    const text = (): string => `${slot.name} is CONNECTING for ${forMs} ms`;
    trace.expect(forMs <= MOST_CONNECTING_MS, 'CONNECTING is left within 30 s', text);
  }
}

const ofSlot = (world: World, slot: Slot): LinkTrace[] => world.trace.links.filter((link) => link.slot === slot.name);

/** Why this state can't be; undefined where there is evidence for it. */
function whyNot(world: World, slot: Slot, { state, reason }: InstanceView): string | undefined {
  const links = ofSlot(world, slot);
  const calls = (...kinds: string[]): boolean =>
    world.trace.calls.some((call) => call.slot === slot.name && kinds.includes(call.kind));
  const evidence: Readonly<Partial<Record<InstanceState, () => boolean>>> = {
    // Its end may have come in the same breath as the first read.
    OPEN: () => links.some(({ endedAt }) => endedAt === undefined),
    // Credentials that a login was made with are known: a failed read of them is not "none yet".
    UNPAIRED: () =>
      slot.stored === undefined || slot.isUncertain || !links.some(({ credentials }) => credentials === slot.stored),
    BANNED: () => links.some((link) => saysFailure(link, 402, 403, 406)),
    CLIENT_OUTDATED: () => world.trace.links.some((link) => saysFailure(link, 405)),
    REPLACED: () => links.some(saysReplaced),
    LOGGED_OUT: () => links.some(saysLogout) || calls('unlink', 'delete'),
    PASSKEY_REQUIRED: () => links.some(({ serverWord }) => serverWord?.kind === 'passkey_required'),
    STOPPED: () => mayStop(slot, reason?.code, calls),
  };
  if (evidence[state]?.() === false) return `nothing happened that makes it so (${reason?.code})`;
  if (state !== 'REPLACED' || reason?.retryAt !== undefined) return undefined;
  const last = links.findLast(saysReplaced)?.endedAt ?? 0;
  const recent = links.filter((link) => saysReplaced(link) && last - (link.endedAt ?? 0) < REPLACED_WINDOW_MS);
  return recent.length >= MOST_REPLACED ? undefined : `it was replaced ${recent.length} times only`;
}

function mayStop(slot: Slot, code: string | undefined, calls: (...kinds: string[]) => boolean): boolean {
  switch (code) {
    case 'stopped_by_user':
      return calls('stop');
    case undefined:
      // Taken up from the database while it is started again.
      return calls('start');
    case 'internal_error':
      return slot.struck > 0;
    default:
      return false;
  }
}
