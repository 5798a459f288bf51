import type { Logger } from 'pino';
import { deadlineIn } from '../clock.ts';
import type { NodeStore } from '../storage/nodes/node-store.ts';
import { Calm } from './calm.ts';
import type { Claims } from './claims.ts';
import { HandOvers, type HandOversOptions } from './hand-overs.ts';
import type { Residents } from './residents.ts';
import { Targets } from './targets.ts';

/** Less than that above its share a node keeps: a login for each is more than the difference is worth. */
const UNEVEN = 0.1;
const FEWEST = 2;
const LOOK_MS = 2_000;
/** After a pass in which nobody took any. */
const AGAIN_MS = 30_000;
/** How many leave at a time. */
const AT_ONCE = 4;
/** After so many is looked anew at what it has. */
const MOST_OF_A_PASS = 48;
/** A receiver counts what is on its way to it too, so it may refuse one that it had room for. */
const MOST_REFUSALS = 3;
const REFUSED_MS = 1_500;
/** How long a pass waits for places to log in: all other logins come first. */
const PASS_MS = 60_000;

export interface RebalancingOptions extends HandOversOptions {
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly store: HandOversOptions['store'] & Pick<NodeStore, 'owned'>;
  readonly residents: HandOversOptions['residents'] & Pick<Residents, 'isPairing'>;
  readonly claims: Pick<Claims, 'share' | 'room'>;
  /** How many logins may begin a second, on all nodes. */
  readonly loginRate: number;
  /** Once no node has come or gone for so long. */
  readonly calmMs: number;
}

/**
 * Gives what a node has above its share to nodes that have less, as it would when it drained, but slowly: once no node has
 * come or gone for a while, so that nothing moves twice while nodes are restarted one after the other. Disposing ends it.
 */
export class Rebalancing implements AsyncDisposable {
  readonly #options: RebalancingOptions;
  readonly #ended = new AbortController();
  readonly #calm: Calm;
  readonly #loop: Promise<void>;

  constructor(options: RebalancingOptions) {
    this.#options = options;
    this.#calm = new Calm(options.membership, options.clock);
    this.#loop = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error('The node ends'));
    this.#calm[Symbol.dispose]();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, log, claims } = this.#options;
    const { signal } = this.#ended;
    let pauseMs = LOOK_MS;
    while (!signal.aborted) {
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = LOOK_MS;
      if (signal.aborted || !this.#isCalm || !isUneven(-claims.room, claims.share)) continue;
      try {
        if (!(await this.#pass())) pauseMs = AGAIN_MS;
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'this node has more than its share, and could not give it away');
        pauseMs = AGAIN_MS;
      }
    }
  }

  get #isCalm(): boolean {
    return this.#options.membership.held && this.#calm.ms >= this.#options.calmMs;
  }

  /** Returns whether any was given away. */
  async #pass(): Promise<boolean> {
    const { clock, log, membership, store, residents, claims } = this.#options;
    const wanted = [...(await store.owned(membership.incarnation))].filter(([, { isWanted }]) => isWanted);
    const above = wanted.length - claims.share;
    if (!isUneven(above, claims.share)) return false;
    const mustStay = (id: string): boolean => residents.isPairing(id);
    const due = wanted.filter(([id]) => !mustStay(id)).slice(0, Math.min(above, MOST_OF_A_PASS));

    const over = new AbortController();
    using _listener = membership.onChange(() => {
      if (!this.#isCalm) over.abort(new Error('Nodes have come or gone'));
    });
    const beginsUntil = AbortSignal.any([over.signal, this.#ended.signal]);
    using targets = new Targets(membership, clock);
    const deadline = deadlineIn(clock, PASS_MS);
    const pass = { targets, deadline, beginsUntil, endsBy: this.#ended.signal, mustStay, isSpare: true };
    const handOvers = new HandOvers(this.#options, pass);
    let refusals = 0;
    while (due.length > 0 && refusals < MOST_REFUSALS && !beginsUntil.aborted) {
      const some = due.splice(0, AT_ONCE);
      const paused = clock.sleep(some.length * this.#paceMs, beginsUntil).catch(() => undefined);
      const ends = await handOvers.all(some, AT_ONCE);
      await paused;
      const refused = some.filter(([id]) => ends.get(id) === 'nobody');
      if (refused.length === 0) continue;
      refusals += 1;
      due.unshift(...refused);
      await clock.sleep(REFUSED_MS, beginsUntil).catch(() => undefined);
    }
    const { given } = handOvers;
    if (given > 0) log.info({ given, above }, 'this node had more instances than its share, and gave some to others');
    return given > 0;
  }

  /** Half of the logins of all nodes at the most, also where all but one have more than their share. */
  get #paceMs(): number {
    const { membership, loginRate } = this.#options;
    const givers = membership.nodes.filter(({ isLive, draining }) => isLive && !draining).length - 1;
    return (Math.max(1, givers) * 2_000) / loginRate;
  }
}

const isUneven = (above: number, share: number): boolean => above >= FEWEST && above > share * UNEVEN;
