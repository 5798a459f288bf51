import type { Clock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { Membership } from '../../nodes/membership.ts';
import type { Peers } from '../../peers/peers.ts';
import type { Reach } from '../calls/reach.ts';
import type { InstanceRow } from '../instance-rows.ts';
import type { Legs } from './legs.ts';
import type { Near } from './near.ts';

/** Between two looks for who has the instance. */
const PAUSE_MS = 200;
/** A node that has it and can't be reached for so many looks is shown as that. */
const MOST_UNREACHED = 5;

export interface FollowOptions {
  readonly clock: Clock;
  readonly near: Pick<Near, 'rows'>;
  readonly peers: Peers;
  readonly membership: Membership;
  readonly legs: Legs;
}

export interface Followed<T> {
  readonly method: 'watchInstance' | 'watchPrivacy';
  readonly reach: Reach & { readonly instanceId: string };
  readonly name: string;
  /** Where it is here. @throws ElsewhereError */
  readonly near: (reach: Reach, name: string, signal: AbortSignal) => Promise<AsyncIterable<T>>;
  /** Notes that this is sent; false where it was sent before. */
  readonly note: (value: T) => boolean;
  /** What is shown while nobody has it. */
  readonly between: (row: InstanceRow) => Promise<T | undefined>;
}

/** One instance's changes, wherever it is, and wherever it goes. Ends when it is deleted, or the signal aborts. */
export async function* follow<T>(
  options: FollowOptions,
  followed: Followed<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const { clock, near, membership } = options;
  const { reach, note, between } = followed;
  let unreached = 0;
  while (!signal.aborted) {
    try {
      for await (const value of leg(options, followed, signal)) {
        unreached = 0;
        if (note(value)) yield value;
      }
    } catch (error) {
      if (error instanceof PrivetError && error.code === 'NOT_FOUND') return;
      // The node is gone, or the database is away: it is looked for again.
      unreached += 1;
    }
    if (signal.aborted) return;
    try {
      const row = await near.rows.get(reach, reach.instanceId);
      // A stream about an instance ends with the instance alone.
      if (!row) return;
      const { owner } = row.record;
      const isHad = owner !== null && (await membership.find(owner))?.isLive === true;
      const shown = isHad && unreached < MOST_UNREACHED ? undefined : await between(row);
      if (shown !== undefined && !signal.aborted && note(shown)) yield shown;
    } catch {
      // The database is away.
    }
    await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
  }
}

/** Its changes where it is now, until it is not there any more. */
async function* leg<T>(
  { peers, membership, legs }: FollowOptions,
  { method, reach, name, near }: Followed<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  let elsewhere: ElsewhereError;
  try {
    return yield* await near(reach, name, signal);
  } catch (error) {
    if (!(error instanceof ElsewhereError)) throw error;
    elsewhere = error;
  }
  const { owner } = elsewhere;
  const node = owner && (await membership.find(owner.incarnation));
  if (!node?.isLive || node.incarnation === membership.incarnation) return;
  using far = legs.begin(node.incarnation, signal);
  const { accountId, instanceId } = reach;
  for await (const value of peers.stream(node, method, { accountId, instanceId, name }, far.signal)) yield value as T;
}
