import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { NodeEvents } from '../telemetry/node-events.ts';
import type { ClaimedInstance, NodeStore } from '../storage/nodes/node-store.ts';
import type { CountedMembership } from './membership.ts';
import type { Residents } from './residents.ts';
import { TIMING, type Timing } from './timing.ts';

/**
 * A node that has just come takes no more at once than can log in meanwhile: others that were started with it are not
 * there yet, and the first one would have all.
 */
const MOST_OF_A_NEWCOMER = 20;
/** So many are made sessions of at a time. */
const AT_ONCE = 20;
/** A count of all instances is followed by a pause so many times as long as it was: it may take seconds. */
const COUNT_PAUSES = 4;

export interface ClaimsOptions {
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly membership: CountedMembership;
  readonly timing?: Partial<Timing> | undefined;
}

/** Which instances this node has: it takes its share of those that nobody has, and lets go of those that others took. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #timing: Timing;
  readonly #ended = new AbortController();
  #residents: Residents | undefined;
  #events: Pick<NodeEvents, 'claimed'> | undefined;
  #listening: Disposable | undefined;
  #loop: Promise<unknown> | undefined;
  #isRenewed = false;
  #wake = new AbortController();
  #isResting = false;
  /** Of those that this node has, how many are to be connected. As of the last look. */
  #ownWanted = 0;
  /** Of all: as of the last count. */
  #allWanted: number | undefined;
  #isWarned = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
  }

  /** From now on those that are lost end. */
  watch(residents: Residents, events?: Pick<NodeEvents, 'claimed'>): void {
    this.#residents = residents;
    this.#events = events;
  }

  /** From now on it takes instances too. */
  start(): void {
    this.#isRenewed = true;
    this.#listening = this.#options.membership.onChange(() => {
      this.#isRenewed = true;
      this.#wake.abort();
    });
    this.#loop = Promise.all([this.#run(), this.#keepCounting()]);
  }

  /** It takes no more; resolves once nothing is under way. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#listening?.[Symbol.dispose]();
    await this.#loop;
  }

  /** Takes one instance for a call; false where another node has it that lives, or this one may take none. */
  async claimNow(instanceId: string): Promise<boolean> {
    const { store, membership } = this.#options;
    const { incarnation, isSteady, until, server } = membership;
    if (!membership.held || membership.isDraining || this.#ended.signal.aborted) return false;
    const claimed = await store.claimOne({ instanceId, incarnation, fromDead: isSteady, until, server });
    if (!claimed) return false;
    this.#events?.claimed(1);
    if (claimed.isWanted) this.#ownWanted += 1;
    await this.#residents?.take(claimed.id, claimed.epoch);
    return true;
  }

  /** Ends the sessions of instances that others have taken. @throws where the database does not say who has them */
  async dropLost(): Promise<void> {
    await this.#look();
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#ended.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#step();
        this.#isWarned = false;
      } catch (error) {
        if (!this.#isWarned) log.warn({ err: error }, 'no instances could be claimed; trying again');
        this.#isWarned = true;
      }
      const woken = AbortSignal.any([this.#ended.signal, this.#wake.signal]);
      this.#isResting = true;
      await clock.sleep(this.#timing.claimEveryMs, woken).catch(() => undefined);
      this.#isResting = false;
    }
  }

  async #step(): Promise<void> {
    const { membership, store } = this.#options;
    if (!membership.held) return;
    if (this.#isRenewed) {
      this.#isRenewed = false;
      await this.#take(await this.#look());
    }
    if (membership.isDraining || !membership.held) return;
    const { incarnation, isSteady, until, server } = membership;
    const most = isSteady ? this.room : Math.min(this.room, MOST_OF_A_NEWCOMER);
    if (most <= 0) return;
    const claimed = await store.claimDue({ incarnation, fromDead: isSteady, until, server, most });
    this.#ownWanted += claimed.length;
    if (claimed.length > 0) this.#events?.claimed(claimed.length);
    await this.#take(claimed);
  }

  /** How many of all that are to be connected are for each node that lives and does not drain. */
  get share(): number {
    const takers = this.#options.membership.nodes.filter(({ isLive, draining }) => isLive && !draining).length;
    return Math.ceil((this.#allWanted ?? 0) / Math.max(1, takers));
  }

  /** How many it may take: its share, less what it has. Below zero where it has more. */
  get room(): number {
    return this.share - this.#ownWanted;
  }

  /** It was given one by another node: counted until the next look. */
  given(): void {
    this.#ownWanted += 1;
  }

  /** Counts the instances of all nodes. */
  async count(): Promise<void> {
    const { store, membership, clock } = this.#options;
    const since = clock.monotonic();
    const { wanted, byOwner } = await store.counts();
    const hadRoom = this.room > 0;
    this.#allWanted = wanted;
    membership.counted(byOwner, since);
    if (this.#isResting && !hadRoom && this.room > 0) this.#wake.abort();
  }

  /** Beside all else: nothing waits for a count, and where one fails the last one holds. */
  async #keepCounting(): Promise<void> {
    const { clock, log, membership } = this.#options;
    const { renewEveryMs } = this.#timing;
    const { signal } = this.#ended;
    let isWarned = false;
    while (!signal.aborted) {
      const began = clock.monotonic();
      try {
        if (membership.held) await this.count();
        isWarned = false;
      } catch (error) {
        if (!isWarned) log.warn({ err: error }, 'the instances of all nodes could not be counted; trying again');
        isWarned = true;
      }
      // Without any it takes none.
      const pauses = this.#allWanted === undefined ? 0 : COUNT_PAUSES;
      const pauseMs = Math.max(renewEveryMs, pauses * (clock.monotonic() - began));
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  /** Drops what is lost; returns what it has, and what is to be connected, but has no session. */
  async #look(): Promise<ClaimedInstance[]> {
    const residents = this.#residents;
    if (!residents) return [];
    const { store, membership } = this.#options;
    const before = new Map(residents.epochs());
    const owned = await store.owned(membership.incarnation);
    const now = residents.epochs();
    // guard: what others have taken ends here
    for (const [id, epoch] of before) {
      // What has come meanwhile is not known to what was read.
      if (now.get(id) === epoch && owned.get(id)?.epoch !== epoch) residents.drop(id);
    }
    const rows = [...owned].map(([id, { epoch, isWanted }]) => ({ id, epoch, isWanted }));
    this.#ownWanted = rows.filter(({ isWanted }) => isWanted).length;
    return rows.filter(({ id, isWanted }) => isWanted && !now.has(id));
  }

  async #take(instances: readonly ClaimedInstance[]): Promise<void> {
    for (let start = 0; start < instances.length; start += AT_ONCE) {
      if (this.#ended.signal.aborted) return;
      const some = instances.slice(start, start + AT_ONCE);
      await Promise.all(some.map(async ({ id, epoch }) => this.#residents?.take(id, epoch)));
    }
  }
}
