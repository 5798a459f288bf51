import type { Events } from './topics.ts';
import type { ShownSettings } from '../instance/privacy/view.ts';
import type { PrivacyReading } from './calls/privacy-calls.ts';
import { isWithin, type Reach } from './calls/reach.ts';
import type { Change, Watching } from './calls/watching.ts';
import type { InstanceRegistry } from './instance-registry.ts';
import type { InstanceView } from '../instance/state.ts';
import { watch } from './watch.ts';
import { watchAll } from './watch-all.ts';

/** What of a session can be watched. */
interface Watchable {
  readonly view: InstanceView;
  readonly privacy: { readonly settings: ShownSettings | undefined };
}

/** Where they are found. */
interface WatchedPool<T extends Watchable> {
  readonly registry: InstanceRegistry<T>;
  get(reach: Reach, name: string): T;
}

type Reading = PrivacyReading & ShownSettings;

/** What was told as stale is told again once it is known to hold; that it grows old is the instance's state to tell. */
const isTold = (now: Reading, told: Reading): boolean => now.changed === told.changed && (now.stale || !told.stale);

/** Tells those who watch instances of each change. */
export class SessionWatching<T extends Watchable> implements Watching {
  readonly #pool: WatchedPool<T>;
  readonly #registry: InstanceRegistry<T>;
  readonly #events: Events;

  constructor(pool: WatchedPool<T>, events: Events) {
    this.#pool = pool;
    this.#registry = pool.registry;
    this.#events = events;
  }

  /** @param accountId where the instance is gone, and can't be asked any more. */
  instanceChanged(id: string, accountId = this.#registry.get(id)?.view.accountId): void {
    this.#events.publish('instanceChanged', id, null);
    if (accountId !== undefined) this.#events.publishOf('instancesChanged', accountId, id);
  }

  privacyChanged(id: string, accountId = this.#registry.get(id)?.view.accountId): void {
    this.#events.publish('privacyChanged', id, null);
    if (accountId !== undefined) this.#events.publishOf('settingsChanged', accountId, id);
  }

  nudges(topic: 'instanceChanged' | 'privacyChanged', item: T) {
    return this.#events.subscribe(topic, item.view.id);
  }

  /** Shows the instance until it is deleted. */
  viewer(item: T): () => InstanceView | undefined {
    // guard: pairing waits for its instance only as long as there is one, else () => item.view
    return () => (this.#registry.has(item) ? item.view : undefined);
  }

  async watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>> {
    const item = this.#pool.get(reach, name);
    return watch(this.viewer(item), this.nudges('instanceChanged', item), signal);
  }

  async watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>> {
    const item = this.#pool.get(reach, name);
    let last: Reading | undefined;
    const read = (): PrivacyReading | undefined | 'none_yet' => {
      if (!this.#registry.has(item)) return undefined;
      const { settings } = item.privacy;
      if (!settings) return 'none_yet';
      const now = { instance: item.view, ...settings };
      if (!last || !isTold(now, last)) last = now;
      return last;
    };
    return watch(read, this.nudges('privacyChanged', item), signal);
  }

  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>> {
    return watchAll(
      {
        present: () => this.#ids(reach),
        read: (id) => this.#within(reach, id)?.view,
        isSame: (view, told) => view === told,
        nudges: this.#events.subscribeAll('instancesChanged', reach.accountId),
      },
      signal,
    );
  }

  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>> {
    return watchAll<Reading>(
      {
        present: () => this.#ids(reach),
        read: (id) => {
          const item = this.#within(reach, id);
          const settings = item?.privacy.settings;
          return item && (settings ? { instance: item.view, ...settings } : 'none_yet');
        },
        isSame: isTold,
        nudges: this.#events.subscribeAll('settingsChanged', reach.accountId),
      },
      signal,
    );
  }

  #ids(reach: Reach): string[] {
    return this.#registry.list(reach, undefined, Number.POSITIVE_INFINITY).map(({ view }) => view.id);
  }

  #within(reach: Reach, id: string): T | undefined {
    const item = this.#registry.get(id);
    return item && isWithin(reach, item.view) ? item : undefined;
  }
}
