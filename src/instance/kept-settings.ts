import type { Snapshot } from '../privacy/settings.ts';
import { snapshotIn, textOf } from '../privacy/snapshot-text.ts';
import { StorageError } from '../storage/errors.ts';
import { ofInstance } from '../telemetry/events.ts';
import type { Life } from './life.ts';
import type { InstancePrivacy } from './privacy/instance-privacy.ts';
import type { SessionDeps } from './session-deps.ts';
import type { InstanceView } from './state.ts';

/** After how long storing is tried again; the pause doubles with each failure. */
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

type KeptDeps = Pick<SessionDeps, 'clock' | 'log' | 'random'> & {
  readonly storage: Pick<SessionDeps['storage'], 'isBusy'>;
};

/** Whose they are. */
interface Kept {
  readonly view: InstanceView;
  readonly life: Pick<Life, 'isLost' | 'loadObserved' | 'change'>;
  readonly privacy: Pick<InstancePrivacy, 'settings' | 'recall'>;
}

/**
 * The settings of one instance as they are stored: what was observed last, and since when. Nothing waits for them to be
 * stored, and nothing fails where they are not. They are stored only where they have changed.
 */
export class KeptSettings {
  readonly #deps: KeptDeps;
  readonly #instance: Kept;
  /** What is stored, as the view has it: the same object. */
  #stored: Snapshot | undefined;
  #isLoaded = false;
  #hasEnded = false;
  #failures = 0;
  #storing: Promise<void> | undefined;
  #again: Disposable | undefined;

  constructor(deps: KeptDeps, instance: Kept) {
    this.#deps = deps;
    this.#instance = instance;
  }

  /** Settings were read that are not stored yet. */
  get isDue(): boolean {
    return this.#due !== undefined;
  }

  get #due(): Snapshot | undefined {
    const changed = this.#instance.privacy.settings?.changed;
    return changed === this.#stored || this.#hasEnded || this.#instance.life.isLost ? undefined : changed;
  }

  /**
   * Before the first read: where that shows what is stored, it is no change, and nothing is stored anew. Where it can't be
   * had, the settings count as changed.
   */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const { life, privacy, view } = this.#instance;
    try {
      const text = await life.loadObserved();
      const snapshot = text === undefined ? undefined : snapshotIn(text);
      if (!snapshot) return;
      this.#stored = snapshot;
      privacy.recall(snapshot);
    } catch (error) {
      this.#deps.log.warn(
        { ...ofInstance(view), err: error },
        'the settings that were observed last could not be read',
      );
    }
  }

  /** Stores what was read last where something else is stored. Where that fails, or the database is busy, later. */
  store(): void {
    if (this.#storing || !this.#due) return;
    this.#storing = this.#store().finally(() => {
      this.#storing = undefined;
    });
  }

  /** The account is not linked any more, and what was stored is deleted. */
  forget(): void {
    this.#stored = undefined;
    this.#again?.[Symbol.dispose]();
  }

  /** Resolves once what is due is stored, or can't be for now. */
  async stored(): Promise<void> {
    this.store();
    await this.#storing;
  }

  /** Nothing is stored any more; what is being stored now is waited for. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#again?.[Symbol.dispose]();
    await this.#storing;
  }

  async #store(): Promise<void> {
    const { log, storage } = this.#deps;
    const { life, view } = this.#instance;
    this.#again?.[Symbol.dispose]();
    for (let due = this.#due; due; due = this.#due) {
      if (storage.isBusy) return this.#later();
      try {
        await life.change({ observed: textOf(due) });
        this.#stored = due;
        this.#failures = 0;
      } catch (error) {
        // It was deleted.
        if (error instanceof StorageError && error.code === 'no_instance') return;
        if (!life.isLost && this.#failures === 0) {
          log.warn({ ...ofInstance(view), err: error }, 'the settings that were read could not be stored yet');
        }
        this.#failures += 1;
        return this.#later();
      }
    }
  }

  #later(): void {
    if (!this.#due) return;
    const pauseMs = Math.min(PAUSE_MS * 2 ** Math.max(0, this.#failures - 1), LONGEST_PAUSE_MS);
    const { clock, random } = this.#deps;
    this.#again = clock.after(pauseMs * (1 + random()), () => this.store());
  }
}
