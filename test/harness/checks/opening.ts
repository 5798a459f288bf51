import { saysReplaced } from '../evidence.ts';
import type { Incarnation } from '../incarnation.ts';
import type { LinkTrace } from '../trace.ts';
import type { Slot, World } from '../world.ts';
import { checkGate } from './gate.ts';

/** Pauses begin at a second; a connection that follows sooner was not paused for. */
const SHORTEST_PAUSE_MS = 1_000;
const MOST_AT_ONCE = 3;
const MINUTE_MS = 60_000;
const REPLACED_PAUSE_MS = 60_000;
const MOST_REPLACED = 3;
const REPLACED_WINDOW_MS = 600_000;
const UNKNOWN_BAN_MS = 3_600_000;
const MOST_A_MINUTE = 15;

/** What must hold whenever the service opens a connection. Runs before the link is in the trace. */
export function checkOpening(world: World, incarnation: Incarnation, slot: Slot, link: LinkTrace): void {
  const { trace } = world;
  const earlier = trace.links.filter((each) => each.slot === slot.name);
  const live = earlier.find(({ endedAt }) => endedAt === undefined);
  trace.expect(!live, 'one link at a time', () => `link ${link.n} of ${slot.name} opens beside link ${live?.n}`);
  trace.expect(!slot.parked, 'stopped stays stopped', () => `link ${link.n} of ${slot.name}, which was stopped`);
  if (link.credentials === undefined) {
    trace.expect(
      slot.isUncertain || slot.stored === undefined,
      'no fresh credentials',
      () => `${slot.name} is paired and pairs again`,
    );
    slot.pairings -= 1;
    trace.expect(slot.pairings >= 0, 'pairing is the user’s word', () => `${slot.name} pairs by itself`);
    return;
  }
  const text = (): string => `link ${link.n} of ${slot.name} uses ${link.credentials}, stored: ${slot.stored}`;
  trace.expect(slot.isUncertain || link.credentials === slot.stored, 'the last credentials are used', text);
  checkPauses(world, slot, link, earlier);
  checkGate(world, incarnation, slot, link);
}

/** No user asked for it since the connection before ended. */
function isByItself({ trace }: World, slot: Slot, { endedAt = 0 }: LinkTrace): boolean {
  const asked = trace.calls.some(
    (call) => call.slot === slot.name && ['start', 'pair'].includes(call.kind) && (call.endAt ?? endedAt) >= endedAt,
  );
  return !asked && slot.bornAt < endedAt;
}

function checkPauses(world: World, slot: Slot, link: LinkTrace, earlier: readonly LinkTrace[]): void {
  const { trace } = world;
  const before = earlier.at(-1);
  if (before?.endedAt === undefined || before.credentials === undefined || !isByItself(world, slot, before)) return;
  const pauseMs = link.openedAt - before.endedAt;
  checkBan(world, link, before, pauseMs);
  checkBackoff(world, slot, link, earlier);
  if (saysReplaced(before)) {
    const times = earlier.filter(
      (each) =>
        saysReplaced(each) && each.openedAt >= slot.bornAt && link.openedAt - (each.endedAt ?? 0) < REPLACED_WINDOW_MS,
    ).length;
    trace.expect(times < MOST_REPLACED, 'replaced gives up', () => `link ${link.n} after ${times} replacements`);
    const text = (): string => `link ${link.n} ${pauseMs} ms after link ${before.n} was replaced`;
    trace.expect(pauseMs >= REPLACED_PAUSE_MS, 'replaced waits a minute', text);
  }
  // A link that a user's change ended is followed at once where that change failed.
  if (pauseMs >= SHORTEST_PAUSE_MS || before.evidence?.kind === 'stopped') return;
  link.atOnce = true;
  const recent = earlier.filter(
    (each) => each.atOnce && each.openedAt >= slot.bornAt && link.openedAt - each.openedAt < MINUTE_MS,
  );
  const text = (): string => `${recent.length + 1} connections of ${slot.name} without a pause within a minute`;
  trace.expect(recent.length < MOST_AT_ONCE, 'restarts are limited', text);
}

function checkBan({ trace }: World, link: LinkTrace, before: LinkTrace, pauseMs: number): void {
  const word = before.serverWord;
  if (word?.kind !== 'failure' || word.reason !== 402) return;
  const banMs = word.expiresInS === undefined ? UNKNOWN_BAN_MS : word.expiresInS * 1000;
  trace.expect(pauseMs >= banMs, 'bans are waited for', () => `link ${link.n} ${pauseMs} ms after link ${before.n}`);
}

/** Attempts that fail over and over become rare. */
function checkBackoff({ trace }: World, slot: Slot, link: LinkTrace, earlier: readonly LinkTrace[]): void {
  const opened = earlier.findLastIndex(({ wasOpen }) => wasOpen);
  const recent = earlier
    .slice(opened + 1)
    .filter(({ openedAt }) => openedAt >= slot.bornAt && link.openedAt - openedAt < MINUTE_MS);
  trace.expect(
    recent.length <= MOST_A_MINUTE,
    'pauses grow',
    () => `${recent.length} attempts of ${slot.name} a minute`,
  );
}
