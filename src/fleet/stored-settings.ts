import type { Snapshot } from '../privacy/settings.ts';
import { snapshotIn } from '../privacy/snapshot-text.ts';
import type { ObservedSettings } from '../storage/settings/observed-settings.ts';

/** So many are read by one statement. */
const MOST_AT_ONCE = 500;

/** The settings that are stored as observed last. Those that are asked for together are read together. */
export class StoredSettings {
  readonly #observed: ObservedSettings;
  readonly #asked = new Map<string, PromiseWithResolvers<Snapshot | undefined>>();

  constructor(observed: ObservedSettings) {
    this.#observed = observed;
  }

  /** Undefined where there are none, or none that can be read. */
  get(instanceId: string): Promise<Snapshot | undefined> {
    if (this.#asked.size === 0) setImmediate(() => this.#readAll());
    let asked = this.#asked.get(instanceId);
    if (!asked) this.#asked.set(instanceId, (asked = Promise.withResolvers()));
    return asked.promise;
  }

  #readAll(): void {
    const all = [...this.#asked];
    this.#asked.clear();
    for (let start = 0; start < all.length; start += MOST_AT_ONCE)
      void this.#read(all.slice(start, start + MOST_AT_ONCE));
  }

  async #read(some: readonly (readonly [string, PromiseWithResolvers<Snapshot | undefined>])[]): Promise<void> {
    try {
      const stored = await this.#observed.load(some.map(([id]) => id));
      for (const [id, { resolve }] of some) {
        const text = stored.get(id);
        resolve(typeof text === 'string' ? snapshotIn(text) : undefined);
      }
    } catch (error) {
      for (const [, { reject }] of some) reject(error);
    }
  }
}
