import type { Events } from './topics.ts';
import type { ShownSettings } from '../instance/privacy/instance-privacy.ts';
import type { InstanceRegistry } from './instance-registry.ts';
import type { PrivacyReading, Reach } from './sessions.ts';
import type { InstanceView } from '../instance/state.ts';
import { watch } from './watch.ts';
import { watchAll, type Change } from './watch-all.ts';

/** What of a session can be watched. */
interface Watchable {
  readonly view: InstanceView;
  readonly privacy: { readonly settings: ShownSettings | undefined };
}

type Reading = PrivacyReading & ShownSettings;

/** What was told as stale is told again once it is known to hold; that it grows old is the instance's state to tell. */
const isTold = (now: Reading, told: Reading): boolean => now.changed === told.changed && (now.stale || !told.stale);

/** Tells those who watch instances of each change. */
export class Watching<T extends Watchable> {
  readonly #registry: InstanceRegistry<T>;
  readonly #events: Events;

  constructor(registry: InstanceRegistry<T>, events: Events) {
    this.#registry = registry;
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

  instance(item: T, signal: AbortSignal): AsyncIterable<InstanceView> {
    return watch(this.viewer(item), this.nudges('instanceChanged', item), signal);
  }

  privacy(item: T, signal: AbortSignal): AsyncIterable<PrivacyReading> {
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

  instances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>> {
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

  privacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>> {
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

  #within({ accountId, instanceId }: Reach, id: string): T | undefined {
    if (instanceId !== undefined && instanceId !== id) return undefined;
    const item = this.#registry.get(id);
    return item?.view.accountId === accountId ? item : undefined;
  }
}
