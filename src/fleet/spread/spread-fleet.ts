import type { FleetCalls } from '../calls/fleet-calls.ts';
import { FarViews } from './far-views.ts';
import { Feed } from './feed.ts';
import type { ForwardOptions } from './forward.ts';
import { Legs } from './legs.ts';
import type { Near } from './near.ts';
import { Router } from './router.ts';
import { spreadContacts, SpreadLifecycle, spreadPrivacy } from './spread-calls.ts';
import { SpreadDirectory } from './spread-directory.ts';
import { SpreadWatching } from './spread-watching.ts';

export interface SpreadFleetOptions extends ForwardOptions {
  readonly near: Near;
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
    const { near } = options;
    const router = new Router(options);
    const views = new FarViews(options);
    const legs = this.#resources.use(new Legs(options.membership));
    const watching = new SpreadWatching({ ...options, views, legs });
    this.#resources.use(new Feed({ ...options, watching: near.watching, onMissed: (topic) => watching.missed(topic) }));
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
