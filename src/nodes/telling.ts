import type { Clock } from '../clock.ts';
import type { Peers } from '../peers/peers.ts';
import type { LeaseRow, NodeStore } from '../storage/nodes/node-store.ts';
import type { Membership } from './membership.ts';

/** How long the others are waited for, in milliseconds. Who does not answer in time comes to know it from the table. */
const MOST_MS = 300;

/** More than that by far: what ends the questions is that one timer, and none of their own. */
const ASK_MS = 10_000;

export interface TellingOptions {
  readonly clock: Clock;
  readonly node: {
    readonly store: Pick<NodeStore, 'nodes'>;
    readonly peers: Pick<Peers, 'ask'>;
    readonly membership: Pick<Membership, 'incarnation' | 'nodes'>;
  };
  /** What it is about, as the question between nodes. */
  readonly method: string;
  /** What another node does that is told. Resolves when that is done. @throws TypeError for what is no such thing */
  readonly hear: (body: unknown) => Promise<void>;
}

/** Tells all other nodes of what is stored already: so they need not find out by looking. */
export class Telling {
  readonly #options: TellingOptions;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** Answers its own method; undefined for all others. */
  ask(method: string, body: unknown): Promise<void> | undefined {
    return method === this.#options.method ? this.#options.hear(body) : undefined;
  }

  /** Resolves once all others that live have done what they do then, and after 0.3 s at the latest. Never rejects. */
  async tell(body: unknown): Promise<void> {
    const { clock, node, method } = this.#options;
    const late = new AbortController();
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
    using _timer = clock.after(MOST_MS, () => {
      late.abort(new Error('The other nodes did not answer in time'));
      resolve();
    });
    const call = { signal: late.signal, remainingMs: ASK_MS };
    const all = async (): Promise<void> => {
      const others = await this.#others();
      await Promise.allSettled(others.map(async (other) => node.peers.ask(other, method, body, call)));
    };
    await Promise.race([all(), timeIsUp]);
  }

  /**
   * Read after what is told was stored: who joins later than that has nothing older in memory, and who joined a moment ago
   * is not known by the last renewal.
   */
  async #others(): Promise<readonly LeaseRow[]> {
    const { store, membership } = this.#options.node;
    const nodes: readonly LeaseRow[] = await store.nodes().catch(() => membership.nodes);
    return nodes.filter(({ isLive, incarnation }) => isLive && incarnation !== membership.incarnation);
  }
}
