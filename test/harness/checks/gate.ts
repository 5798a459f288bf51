import { PrivetError } from '../../../src/errors.ts';
import { saysFailure } from '../evidence.ts';
import type { Incarnation } from '../incarnation.ts';
import type { Call, CallKind, LinkTrace, Trace } from '../trace.ts';
import type { Slot, World } from '../world.ts';

const LOGIN_SPACING_MS = 50;
const BREAKER_INSTANCES = 3;
/** A login that follows sooner may have been through the gate already. */
const THROUGH_MS = 1_000;
/** A probe that stood in line at the door, behind the three others, opens later than its time; the one after it need not. */
const PROBE_MS = { refused: 300_000 - 3 * LOGIN_SPACING_MS, others: 10_000 - 3 * LOGIN_SPACING_MS };
/** What ends a session's run, and with it what the gate knows of its instance. */
const ENDS: readonly CallKind[] = ['pair', 'stop', 'unlink', 'delete'];
/** And refusals that come before that. */
const NOT_DONE: readonly string[] = ['INSTANCE_NOT_CONNECTED', 'BAD_USER_INPUT'];

interface Probe {
  /** When the last one began, or when logins began to be held up. */
  last: number;
  any: boolean;
}

/** What one life of the service has seen of a client that WhatsApp calls outdated. */
export class OutdatedTrace {
  /** When each was refused that was not accepted since. */
  readonly refused = new Map<Slot, number>();
  /** Refused, though they were not before, since a login was accepted the last time. */
  readonly news = new Set<Slot>();
  readonly probes: Record<keyof typeof PROBE_MS, Probe> = {
    refused: { last: 0, any: false },
    others: { last: 0, any: false },
  };
  isShut = false;

  accepted(slot?: Slot): void {
    if (slot) this.refused.delete(slot);
    this.news.clear();
    this.isShut = false;
  }

  /** Its session has ended by itself. */
  ended(slot: Slot): void {
    this.refused.delete(slot);
    this.news.delete(slot);
  }
}

export function checkGate(world: World, incarnation: Incarnation, slot: Slot, link: LinkTrace): void {
  if (incarnation.wasHeldUp) return;
  const { trace } = world;
  const last = trace.links.findLast(
    (each) => each.incarnation === incarnation.n && each.credentials !== undefined && each.n !== link.n,
  );
  const gapMs = last ? link.openedAt - last.openedAt : Number.POSITIVE_INFINITY;
  trace.expect(
    gapMs >= LOGIN_SPACING_MS,
    'logins are spaced',
    () => `link ${link.n} ${gapMs} ms after link ${last?.n}`,
  );
  checkProbe(world, incarnation, slot, link);
}

/** While logins are held up one of those that were refused tries every five minutes, and one of the others every ten seconds. */
function checkProbe(world: World, incarnation: Incarnation, slot: Slot, link: LinkTrace): void {
  const { trace } = world;
  const { outdated } = incarnation;
  if (!outdated.isShut) return;
  if (wasAccepted(trace, incarnation)) return outdated.accepted();
  const kind = isRefused(world, outdated, slot) ? 'refused' : 'others';
  const probe = outdated.probes[kind];
  const sinceMs = link.openedAt - probe.last;
  if (sinceMs < THROUGH_MS && !probe.any) return;
  probe.any = true;
  probe.last = link.openedAt;
  const text = (): string => `link ${link.n} of ${slot.name} (${kind}) ${sinceMs} ms after the last try`;
  trace.expect(sinceMs >= PROBE_MS[kind], 'probes are rare', text);
}

/**
 * Refused, and its session not ended since: then the service has forgotten it. A start ends none: one that waits for its
 * next attempt tries now.
 */
function isRefused({ trace }: World, { refused }: OutdatedTrace, slot: Slot): boolean {
  const at = refused.get(slot);
  // One that a crash cut short was asked of an earlier life of the service; it has no end, and says nothing of this one.
  const isAsked = ({ kind, endAt, crashed, error }: Call): boolean =>
    ENDS.includes(kind) && !crashed && !isNotDone(error) && at !== undefined && (endAt ?? at) >= at;
  return at !== undefined && !trace.calls.some((call) => call.slot === slot.name && isAsked(call));
}

const isNotDone = (error: unknown): boolean => error instanceof PrivetError && NOT_DONE.includes(error.code);

/** A login went through since the last try, by which those that wait may go on before anybody is told of OPEN. */
function wasAccepted({ requests }: Trace, { n, outdated: { probes } }: Incarnation): boolean {
  const since = Math.min(probes.refused.last, probes.others.last);
  return requests.some(
    ({ link, kind, reply }) =>
      link.incarnation === n && link.openedAt >= since && kind === 'read' && reply?.kind === 'result',
  );
}

/** WhatsApp called the client outdated at this link's login. */
export function countOutdated(world: World, { outdated }: Incarnation, slot: Slot, link: LinkTrace): void {
  if (!saysFailure(link, 405) || link.credentials === undefined) return;
  const at = link.endedAt ?? world.clock.monotonic();
  if (!isRefused(world, outdated, slot)) outdated.news.add(slot);
  outdated.refused.set(slot, at);
  const news = [...outdated.news].filter((each) => isRefused(world, outdated, each));
  if (outdated.isShut || news.length < BREAKER_INSTANCES) return;
  outdated.isShut = true;
  for (const probe of Object.values(outdated.probes)) Object.assign(probe, { last: at, any: false });
}
