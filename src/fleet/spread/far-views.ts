import type { Clock } from '../../clock.ts';
import { type InstanceView, MOVING, OUT_OF_REACH } from '../../instance/state.ts';
import type { Membership } from '../../nodes/membership.ts';
import type { Peer, Peers } from '../../peers/peers.ts';
import type { InstanceRow } from '../instance-rows.ts';
import { type Reading, readingOf } from '../watching/session-watching.ts';
import { BatchedAsk } from './batched-ask.ts';
import type { Near } from './near.ts';

export interface FarViewsOptions {
  readonly clock: Clock;
  readonly near: Pick<Near, 'sessions'>;
  readonly peers: Peers;
  readonly membership: Pick<Membership, 'incarnation' | 'find'>;
}

/** What instances show, wherever they are: asked of the node that has them, else as they are stored. */
export class FarViews {
  readonly #options: FarViewsOptions;
  readonly #views: BatchedAsk<InstanceView>;
  readonly #readings: BatchedAsk<Reading>;
  /** Who showed it. */
  readonly #shownBy = new WeakMap<InstanceView, Peer>();

  constructor(options: FarViewsOptions) {
    const { peers, clock } = options;
    this.#options = options;
    this.#views = new BatchedAsk(peers, clock, 'views');
    this.#readings = new BatchedAsk(peers, clock, 'readings');
  }

  /** As the node shows it that has it. */
  async live(owner: string | null, id: string): Promise<InstanceView | undefined> {
    const here = this.#options.near.sessions.byId(id);
    if (here) return here.view;
    const peer = await this.#peer(owner);
    const view = peer && (await this.#views.get(peer, id));
    if (view && peer) this.#shownBy.set(view, peer);
    return view;
  }

  /** As `live`, else as it is stored. */
  async of({ view, record }: InstanceRow): Promise<InstanceView> {
    const live = await this.live(record.owner, view.id);
    if (live) return live;
    // What it is stored as is what it goes on from, and not what it is: that is shown of those alone that stay so.
    const isWanted = record.wanted === 'running' && (record.hasCredentials || view.state !== 'UNPAIRED');
    if (!isWanted || view.state === 'BANNED') return view;
    const isHad = record.owner !== null && (await this.#options.membership.find(record.owner))?.isLive;
    return { ...view, state: 'RECONNECTING', reason: isHad ? OUT_OF_REACH : MOVING };
  }

  /** The settings that it shows; undefined where the node that has it shows none. */
  async reading({ view, record }: InstanceRow): Promise<Reading | undefined> {
    const here = this.#options.near.sessions.byId(view.id);
    if (here) {
      const reading = readingOf(here);
      return reading === 'none_yet' ? undefined : reading;
    }
    const peer = await this.#peer(record.owner);
    return peer && this.#readings.get(peer, view.id);
  }

  /** The settings of an instance that another node has shown. */
  async readingOf(view: InstanceView): Promise<Reading | undefined> {
    const peer = this.#shownBy.get(view);
    return peer && this.#readings.get(peer, view.id);
  }

  async #peer(owner: string | null): Promise<Peer | undefined> {
    const { membership } = this.#options;
    if (owner === null || owner === membership.incarnation) return undefined;
    const node = await membership.find(owner);
    return node?.isLive ? node : undefined;
  }
}
