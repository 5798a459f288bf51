import type { Membership } from '../../nodes/membership.ts';
import type { FleetCalls } from '../calls/fleet-calls.ts';
import { FarViews } from './far-views.ts';
import { Feed, type TopicName } from './feed.ts';
import { Legs } from './legs.ts';
import type { Near } from './near.ts';
import type { ForwardOptions } from '../routing/forward.ts';
import { KnownOwners } from '../routing/known-owners.ts';
import { OwnerWatch, type OwnerWatchOptions } from '../routing/owner-watch.ts';
import { Router } from '../routing/router.ts';
import { spreadContacts, SpreadLifecycle, spreadPrivacy } from './spread-calls.ts';
import { SpreadDirectory } from './spread-directory.ts';
import { SpreadWatching } from './spread-watching.ts';

export interface SpreadFleetOptions extends Omit<ForwardOptions, 'watch'>, OwnerWatchOptions {
  readonly near: Near;
  readonly membership: Membership;
}

/** The instances of all nodes: done here where they are here, else asked of the node that has them. */
export class SpreadFleet implements FleetCalls, Disposable {
  readonly directory: FleetCalls['directory'];
  readonly lifecycle: FleetCalls['lifecycle'];
  readonly privacy: FleetCalls['privacy'];
  readonly contacts: FleetCalls['contacts'];
  readonly watching: FleetCalls['watching'];
  readonly #resources = new DisposableStack();

  constructor(options: SpreadFleetOptions) {
    const { near, clock } = options;
    const owners = new KnownOwners(clock);
    const watch = this.#resources.use(new OwnerWatch(options));
    const router = new Router({ ...options, owners, watch });
    const views = new FarViews(options);
    const legs = this.#resources.use(new Legs(options.membership));
    const watching = new SpreadWatching({ ...options, views, legs });
    const onMissed = (topic: TopicName): void => watching.missed(topic);
    this.#resources.use(new Feed({ ...options, watching: near.watching, owners, onMissed }));
    this.directory = new SpreadDirectory(near, views);
    this.lifecycle = new SpreadLifecycle(router, near.lifecycle);
    this.privacy = spreadPrivacy(router);
    this.contacts = spreadContacts(router);
    this.watching = watching;
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }
}
