import { Store } from '../../api/store.ts';
import type { StreamSink } from '../../api/streams.ts';
import type {
  InstanceState,
  ListedSettingsFragment,
  WatchInstancesSubscription,
  WatchSettingsSubscription,
} from '../../gql/graphql.ts';

export type ListedInstance = NonNullable<NonNullable<WatchInstancesSubscription['instanceChanges']>['instance']>;
export type ListedSettings = ListedSettingsFragment;

/** What the page draws. */
export interface Listing {
  /** By name. */
  readonly instances: readonly ListedInstance[];
  /** By the instance's id. */
  readonly settings: ReadonlyMap<string, ListedSettings>;
  /** How many are in each state. */
  readonly states: ReadonlyMap<InstanceState, number>;
  /** Whether all that there are were told; until then there may be more. */
  readonly isComplete: boolean;
}

/**
 * The settings as observed last: live where the service tells of them, else those that it has stored. None where the instance
 * has none any more, as when it was unlinked. The later ones count: it may have been linked to another account since.
 */
export function settingsOf({ settings }: Listing, { id, lastSettings }: ListedInstance): ListedSettings | undefined {
  const live = settings.get(id);
  if (lastSettings === null) return undefined;
  return live && live.observedAt >= lastSettings.observedAt ? live : lastSettings;
}

/** A page of the list. */
export const PAGE_ROWS = 100;

const NOTHING: Listing = { instances: [], settings: new Map(), states: new Map(), isComplete: false };

/** "shop-2" comes before "shop-10". */
const byName = new Intl.Collator('en', { numeric: true });

/**
 * What a stream of all objects of a kind has told: those there are at its beginning, then each change. After a lost connection
 * it tells again from the start, and what is not told until it has caught up is there no more.
 */
class Told<T> {
  readonly now = new Map<string, T>();
  readonly #unheard = new Set<string>();
  isComplete = false;

  start(): void {
    for (const id of this.now.keys()) this.#unheard.add(id);
  }

  /** @returns whether there are others than before. */
  take(id: string, value: T): boolean {
    const isNew = !this.now.has(id);
    this.now.set(id, value);
    this.#unheard.delete(id);
    return isNew;
  }

  drop(id: string): boolean {
    this.#unheard.delete(id);
    return this.now.delete(id);
  }

  /** @returns whether there are others than before. */
  caughtUp(): boolean {
    const gone = this.#unheard.size > 0;
    for (const id of this.#unheard) this.now.delete(id);
    this.#unheard.clear();
    this.isComplete = true;
    return gone;
  }
}

/** To draw each frame would take from the browser what it needs to read on. */
const BULK_MS = 250;

function inNextFrame(draw: () => void, isInBulk: boolean): void {
  if (isInBulk) setTimeout(() => requestAnimationFrame(draw), BULK_MS);
  else requestAnimationFrame(draw);
}

/** All instances that the token reaches, live. However many events come, it is drawn once a frame. */
export class InstanceList {
  readonly listing = new Store<Listing>(NOTHING);
  readonly #instances = new Told<ListedInstance>();
  readonly #settings = new Told<ListedSettings>();
  /** By name, as long as no name came or went. */
  #order: string[] | undefined;
  #isDue = false;
  readonly #soon: (draw: () => void, isInBulk: boolean) => void;

  /** @param soon when to draw: `isInBulk` where a page is there already and all the rest is still coming. */
  constructor(soon = inNextFrame) {
    this.#soon = soon;
  }

  readonly instances: StreamSink<WatchInstancesSubscription> = {
    start: () => this.#instances.start(),
    next: ({ instanceChanges: change }) => {
      if (!change) return;
      const { instance, deleted, caughtUp } = change;
      let moved = false;
      if (instance) moved = this.#instances.take(instance.id, instance);
      if (deleted !== null) moved = this.#instances.drop(deleted);
      // Alone, the first time; true from then on.
      if (caughtUp && !instance && deleted === null) moved = this.#instances.caughtUp();
      if (moved) this.#order = undefined;
      this.#draw();
    },
  };

  readonly settings: StreamSink<WatchSettingsSubscription> = {
    start: () => this.#settings.start(),
    next: ({ privacyChanges: change }) => {
      if (!change) return;
      const { settings, deleted, caughtUp } = change;
      if (settings) this.#settings.take(settings.instance.id, settings);
      if (deleted !== null) this.#dropSettings(deleted);
      if (caughtUp && !settings && deleted === null) this.#settings.caughtUp();
      this.#draw();
    },
  };

  /** Settings have an id of their own. It is rare, so nothing is kept for it. */
  #dropSettings(id: string): void {
    for (const [instance, settings] of this.#settings.now) {
      if (settings.id === id) this.#settings.drop(instance);
    }
  }

  #draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const { now, isComplete } = this.#instances;
    const isInBulk = now.size > PAGE_ROWS && !(isComplete && this.#settings.isComplete);
    this.#soon(() => {
      this.#isDue = false;
      this.listing.set(this.#listed());
    }, isInBulk);
  }

  #listed(): Listing {
    const { now, isComplete } = this.#instances;
    this.#order ??= [...now.values()]
      .toSorted((one, other) => byName.compare(one.name, other.name))
      .map(({ id }) => id);
    const instances = this.#order.flatMap((id) => now.get(id) ?? []);
    const states = new Map<InstanceState, number>();
    for (const { state } of instances) states.set(state, (states.get(state) ?? 0) + 1);
    return { instances, settings: this.#settings.now, states, isComplete };
  }
}
