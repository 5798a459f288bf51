import { type Clock, EqualTimers } from '../../clock.ts';
import type { Membership } from '../../nodes/membership.ts';
import type { InstanceOwner, NodeStore } from '../../storage/nodes/node-store.ts';

/** A call that is answered within this time is never looked after. One that waits longer may wait for a node that is paused. */
const LATE_MS = 500;
/** How often is looked whether the nodes that were asked still have the instances. */
const LOOK_EVERY_MS = 250;
/**
 * A node that gives an instance away says so to who waits once it has told the other node, for which it waits 2 s: a change
 * that only waited there is known not to have been made then.
 */
const GIVING_MS = 2_500;
/** So many instances are claimed at a time: calls of others are counted over the same connections. */
const MOST_CLAIMS = 20;

export interface OwnerWatchOptions {
  readonly clock: Clock;
  readonly membership: Pick<Membership, 'find'>;
  readonly store: Pick<NodeStore, 'ownersOf'>;
  /** Takes the instance here where nobody living has it. */
  readonly claim: (instanceId: string) => Promise<boolean>;
}

/** A call that waits for the node that has its instance. */
export interface Waiting {
  readonly instanceId: string;
  readonly owner: InstanceOwner;
  /** It is not known whether it was made once `onLeft` has been called. */
  readonly isChange: boolean;
  /** That node does not have it any more. */
  readonly onLeft: () => void;
}

/** Whether nodes that were asked still have the instance: one statement looks for all calls that wait. */
export class OwnerWatch implements Disposable {
  readonly #options: OwnerWatchOptions;
  readonly #timers: EqualTimers;
  /** And when it was seen first that its node lives and does not have its instance. */
  readonly #late = new Map<Waiting, number | undefined>();
  readonly #claiming = new Set<string>();
  readonly #ended = new AbortController();
  #isLooking = false;

  constructor(options: OwnerWatchOptions) {
    this.#options = options;
    this.#timers = new EqualTimers(options.clock, LATE_MS);
  }

  /** Calls `onLeft` once, unless disposed before. */
  watch(waiting: Waiting): Disposable {
    const timer = this.#timers.after(() => {
      this.#late.set(waiting, undefined);
      if (!this.#isLooking) void this.#lookOn();
    });
    return {
      [Symbol.dispose]: () => {
        timer[Symbol.dispose]();
        this.#late.delete(waiting);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  async #lookOn(): Promise<void> {
    this.#isLooking = true;
    while (this.#late.size > 0 && !this.#ended.signal.aborted) {
      // Where the database is away it is looked again.
      await this.#look().catch(() => undefined);
      if (this.#late.size > 0) {
        await this.#options.clock.sleep(LOOK_EVERY_MS, this.#ended.signal).catch(() => undefined);
      }
    }
    this.#isLooking = false;
  }

  async #look(): Promise<void> {
    const { membership, store } = this.#options;
    const looked = [...this.#late.keys()];
    const live = new Set<string>();
    for (const incarnation of new Set(looked.map(({ owner }) => owner.incarnation))) {
      if ((await membership.find(incarnation))?.isLive) live.add(incarnation);
    }
    for (const { instanceId, owner } of looked) if (!live.has(owner.incarnation)) void this.#claim(instanceId);
    const owners = await store.ownersOf([...new Set(looked.map(({ instanceId }) => instanceId))]);
    for (const waiting of looked) {
      const { instanceId, owner } = waiting;
      const now = owners.get(instanceId);
      // One that is deleted is nobody's: who deletes it is about to say so.
      const isThere = now ? isSameOwner(now, owner) : live.has(owner.incarnation);
      if (!isThere && !(live.has(owner.incarnation) && this.#maySay(waiting))) this.#left(waiting);
    }
  }

  /** Whether its node, which lives, is still about to say whether it has begun it. */
  #maySay(waiting: Waiting): boolean {
    if (!waiting.isChange || !this.#late.has(waiting)) return false;
    const now = this.#options.clock.monotonic();
    const since = this.#late.get(waiting) ?? now;
    this.#late.set(waiting, since);
    return now - since < GIVING_MS;
  }

  async #claim(instanceId: string): Promise<void> {
    if (this.#claiming.has(instanceId) || this.#claiming.size >= MOST_CLAIMS) return;
    this.#claiming.add(instanceId);
    try {
      // The next look sees who has it then.
      await this.#options.claim(instanceId);
    } catch {
      // The database is away: it is tried again.
    } finally {
      this.#claiming.delete(instanceId);
    }
  }

  #left(waiting: Waiting): void {
    // It may have been answered meanwhile.
    if (this.#late.delete(waiting)) waiting.onLeft();
  }
}

export const isSameOwner = (one: InstanceOwner, other: InstanceOwner | undefined): boolean =>
  one.incarnation === other?.incarnation && one.epoch === other.epoch;
