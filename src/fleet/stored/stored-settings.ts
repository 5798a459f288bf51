import type { Snapshot } from '../../privacy/settings.ts';
import { snapshotIn } from '../../privacy/snapshot-text.ts';
import type { ObservedSettings } from '../../storage/settings/observed-settings.ts';
import { ReadTogether } from './read-together.ts';

/** The settings that are stored as observed last. Those that are asked for together are read together. */
export class StoredSettings {
  readonly #texts: ReadTogether<unknown>;

  constructor(observed: ObservedSettings) {
    this.#texts = new ReadTogether<unknown>((ids) => observed.load(ids));
  }

  /** Undefined where there are none, or none that can be read. */
  async get(instanceId: string): Promise<Snapshot | undefined> {
    const text = await this.#texts.get(instanceId);
    return typeof text === 'string' ? snapshotIn(text) : undefined;
  }
}
