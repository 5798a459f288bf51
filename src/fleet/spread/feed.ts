import type { Clock } from '../../clock.ts';
import type { Membership } from '../../nodes/membership.ts';
import type { Peer, Peers } from '../../peers/peers.ts';
import type { Nudge, Nudges } from '../watching/nudges.ts';
import type { SessionWatching } from '../watching/session-watching.ts';
import type { KnownOwners } from '../routing/known-owners.ts';

const AGAIN_MS = 500;
export const TOPICS = ['instances', 'settings'] as const;
export type TopicName = (typeof TOPICS)[number];

/** What one node tells the others: that something happened to an instance, and never what. */
export async function* told(
  topic: TopicName,
  watching: SessionWatching,
  signal: AbortSignal,
): AsyncGenerator<Nudge | 'ready'> {
  using nudges: Nudges = watching[topic].subscribeToAll();
  nudges.wasSent = ({ isNew }) => !isNew;
  const stop = (): void => nudges[Symbol.dispose]();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    yield 'ready';
    for await (const { id, accountId, name, isGone, wasSent } of nudges) {
      yield { id, accountId, name, isGone, isNew: !wasSent };
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export interface FeedOptions {
  readonly clock: Clock;
  readonly membership: Membership;
  readonly peers: Peers;
  readonly watching: SessionWatching;
  readonly owners: Pick<KnownOwners, 'forget' | 'forgetNode'>;
  /** What was told meanwhile was missed. */
  readonly onMissed: (topic: TopicName) => void;
}

/** Hears of what happens on all other nodes that live. */
export class Feed implements Disposable {
  readonly #options: FeedOptions;
  readonly #heard = new Map<string, AbortController>();
  readonly #listening: Disposable;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#listening = options.membership.onChange(() => this.#follow());
    this.#follow();
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    for (const heard of this.#heard.values()) heard.abort();
  }

  #follow(): void {
    const { incarnation: own, nodes } = this.#options.membership;
    const others = nodes.filter(({ isLive, incarnation }) => isLive && incarnation !== own);
    const live = new Set(others.map(({ incarnation }) => incarnation));
    for (const [incarnation, heard] of this.#heard) {
      if (live.has(incarnation)) continue;
      this.#heard.delete(incarnation);
      heard.abort(new Error('The node is gone'));
      // What it had moves.
      for (const topic of TOPICS) this.#options.onMissed(topic);
    }
    for (const node of others) {
      if (this.#heard.has(node.incarnation)) continue;
      const heard = new AbortController();
      this.#heard.set(node.incarnation, heard);
      for (const topic of TOPICS) void this.#hear(node, topic, heard.signal);
    }
  }

  #publish(topic: TopicName, nudge: Nudge): void {
    const { owners, watching } = this.#options;
    // It may be that it moved. What happens to its settings only is told more often.
    if (topic === 'instances') owners.forget({ reach: nudge, name: nudge.name });
    watching[topic].publishFar(nudge);
  }

  async #hear(peer: Peer, topic: TopicName, signal: AbortSignal): Promise<void> {
    const { clock, peers, owners, onMissed } = this.#options;
    while (!signal.aborted) {
      try {
        for await (const one of peers.stream(peer, 'told', topic, signal)) {
          // What was missed is looked at.
          if (one === 'ready') onMissed(topic);
          else this.#publish(topic, one as Nudge);
        }
      } catch {
        // It is asked again, as long as it lives.
      }
      owners.forgetNode(peer);
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
  }
}
