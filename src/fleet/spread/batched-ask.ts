import type { Clock } from '../../clock.ts';
import type { Peer, Peers } from '../../peers/peers.ts';

/** How long another node is waited for with what it shows of instances: then what is stored is shown. */
const ANSWER_MS = 500;
const MOST_AT_ONCE = 500;

type Waiting<T> = PromiseWithResolvers<T | undefined>;

/** Questions about single instances. Those that come together go to each node as one. */
export class BatchedAsk<T> {
  readonly #peers: Peers;
  readonly #clock: Clock;
  readonly #method: string;
  readonly #asked = new Map<string, { peer: Peer; ids: Map<string, Waiting<T>> }>();

  constructor(peers: Peers, clock: Clock, method: string) {
    this.#peers = peers;
    this.#clock = clock;
    this.#method = method;
  }

  /** Undefined where that node does not answer in time, or has nothing to say of it. */
  get(peer: Peer, id: string): Promise<T | undefined> {
    if (this.#asked.size === 0) setImmediate(() => this.#askAll());
    let at = this.#asked.get(peer.incarnation);
    if (!at) this.#asked.set(peer.incarnation, (at = { peer, ids: new Map() }));
    let waiting = at.ids.get(id);
    if (!waiting) at.ids.set(id, (waiting = Promise.withResolvers()));
    return waiting.promise;
  }

  #askAll(): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { peer, ids } of asked) {
      const all = [...ids];
      for (let start = 0; start < all.length; start += MOST_AT_ONCE) {
        void this.#ask(peer, new Map(all.slice(start, start + MOST_AT_ONCE)));
      }
    }
  }

  async #ask(peer: Peer, ids: ReadonlyMap<string, Waiting<T>>): Promise<void> {
    const late = new AbortController();
    using _timer = this.#clock.after(ANSWER_MS, () => late.abort(new Error('The node did not answer in time')));
    let shown: ReadonlyMap<string, T> = new Map();
    try {
      const call = { signal: late.signal, remainingMs: ANSWER_MS };
      shown = (await this.#peers.ask(peer, this.#method, [...ids.keys()], call)) as ReadonlyMap<string, T>;
    } catch {
      // What is stored is shown.
    }
    for (const [id, { resolve }] of ids) resolve(shown.get(id));
  }
}
