import { StorageError } from '../storage/errors.ts';
import type { InstancePatch, Instances } from '../storage/instances.ts';
import type { Credentials } from '../storage/credentials.ts';
import type { SignalKeys } from '../storage/keys/signal-keys.ts';
import type { ObservedSettings } from '../storage/settings/observed-settings.ts';
import type { InstanceChange, OwnedInstances } from '../storage/owned.ts';
import type { KeyStore } from '../wire/link.ts';

/** A login that WhatsApp no longer takes stays sealed for 30 days. */
export const ARCHIVE_MS = 30 * 24 * 3_600_000;

/** How long a write waits for a node that may not write at present, in milliseconds. */
const MUTE_MS = 10_000;

/** The lock of the data, which one run of the service holds; or the lease of a node of several. */
export interface Owner {
  /** Names this run of the service. */
  readonly incarnation: string;
  /** Whether it holds the lock now. */
  readonly held: boolean;
  /**
   * Of a node of several alone, whose lease comes back by itself: resolves with true once it is held, with false after so
   * many milliseconds.
   */
  whenHeld?(ms: number): Promise<boolean>;
  /** Of a node of several alone: called after each renewal, and when the lease has lapsed. */
  onChange?(listener: () => void): Disposable;
}

/** What a user's command changes of an instance. Its time tells it from what was stored before. */
export type UserChange = InstanceChange & {
  readonly patch: InstancePatch & Required<Pick<InstancePatch, 'wanted' | 'stateSince'>>;
};

/** As much of the storage as one instance needs: all that writes of it is `owned`. */
export interface InstanceStorage {
  readonly owned: OwnedInstances;
  readonly instances: Pick<Instances, 'get'>;
  readonly credentials: Pick<Credentials, 'load'>;
  readonly signalKeys: Pick<SignalKeys, 'get'>;
  readonly observedSettings: ObservedSettings;
}

export interface LifeOptions {
  readonly storage: InstanceStorage;
  readonly owner: Owner;
  readonly instanceId: string;
  /** Under which this run has it already; undefined: its first write takes it. */
  readonly epoch?: number | undefined;
  /** Told once, when another run of the service has the instance: nothing can be stored of it any more. */
  readonly onLost: () => void;
}

/**
 * What is stored of one instance, and its only writer. Each change is one transaction. Changes and reads run one after the
 * other, in the order of the calls: a link does not wait for its saves, and with several connections to the database an
 * older save could be stored last.
 */
export class Life {
  readonly #options: LifeOptions;
  /** Undefined until the first write. That write takes the instance, so that a start of the service writes nothing. */
  #epoch: number | undefined;
  #lost: StorageError | undefined;
  /** Ends with what was asked for last; undefined while nothing runs. */
  #last: Promise<unknown> | undefined;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#epoch = options.epoch;
  }

  /** Under which this run has the instance; undefined before its first write, where that takes it. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Another run of the service has the instance. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Others have taken it, as the database says: nothing of it is stored here any more. */
  lose(): void {
    this.#isLostBy(new StorageError('fenced', 'Another run of the service has taken the instance'));
  }

  /** The login as JSON text; undefined only where there is none. */
  loadCredentials(): Promise<string | undefined> {
    return this.#inOrder((id) => this.#options.storage.credentials.load(id));
  }

  /** The settings that were stored as observed last, as text. */
  loadObserved(): Promise<string | undefined> {
    return this.#inOrder(async (id) => {
      const observed = (await this.#options.storage.observedSettings.load([id])).get(id);
      if (observed instanceof Error) throw observed;
      return observed;
    });
  }

  /** For its links. */
  get keys(): KeyStore {
    return {
      get: (type, ids) => this.#inOrder((id) => this.#options.storage.signalKeys.get(id, type, ids)),
      apply: (keys) => this.change({ keys }),
    };
  }

  /** @throws StorageError `fenced` when another run of the service has the instance */
  change(change: InstanceChange): Promise<void> {
    return this.#inOrder((id) => this.#write(id, change));
  }

  /** As `change`. Where the database reports a failure, it is asked whether it stored the change all the same. */
  changeForUser(change: UserChange): Promise<void> {
    const { storage } = this.#options;
    const { wanted, stateSince } = change.patch;
    return this.#inOrder((id) =>
      carriedOut(
        () => this.#write(id, change),
        async () => {
          const stored = await storage.instances.get(id);
          return stored?.stateSince === stateSince && stored.wanted === wanted;
        },
      ),
    );
  }

  /** Deletes the instance with all that is kept of it. */
  remove(): Promise<void> {
    const { storage } = this.#options;
    return this.#inOrder((id) =>
      carriedOut(
        () => this.#asOwner((claim) => storage.owned.remove(id, claim)),
        async () => (await storage.instances.get(id)) === undefined,
      ),
    );
  }

  /** Resolves once nothing is left that was to be stored or read. */
  async idle(): Promise<void> {
    while (this.#last) await this.#last;
  }

  async #write(id: string, change: InstanceChange): Promise<void> {
    this.#epoch = await this.#asOwner((claim) => this.#options.storage.owned.change(id, claim, change));
  }

  async #asOwner<T>(write: (claim: { incarnation: string; epoch: number | undefined }) => Promise<T>): Promise<T> {
    const { owner } = this.#options;
    // A node whose lease may have ended writes nothing: it waits for the next one.
    // guard: a mute node writes nothing, else false
    const isMute = owner.whenHeld !== undefined && !owner.held;
    const isMuteStill = isMute && !(await owner.whenHeld?.(MUTE_MS));
    if (this.#lost) throw this.#lost;
    if (isMuteStill) throw new StorageError('io', 'This node has lost touch with the database');
    // A process that lost the lock must not take the instance from the one that has it. One that only lost the lock's
    // file makes it again, and may take the instance then.
    if (this.#epoch === undefined && !owner.held) {
      throw new StorageError('io', 'This process does not hold the lock of the data at present');
    }
    try {
      return await write({ incarnation: owner.incarnation, epoch: this.#epoch });
    } catch (error) {
      if (error instanceof StorageError && error.code === 'fenced') this.#isLostBy(error);
      throw error;
    }
  }

  #isLostBy(error: StorageError): void {
    if (this.#lost) return;
    this.#lost = error;
    this.#options.onLost();
  }

  #inOrder<T>(work: (id: string) => Promise<T>): Promise<T> {
    const run = (): Promise<T> => work(this.#options.instanceId);
    // guard: what is stored of an instance is stored in order, else run()
    const done = this.#last ? this.#last.then(run) : run();
    const over = done.then(
      () => undefined,
      () => undefined,
    );
    this.#last = over;
    void over.then(() => {
      if (this.#last === over) this.#last = undefined;
    });
    return done;
  }
}

async function carriedOut(work: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(await isDone().catch(() => false))) throw error;
  }
}
