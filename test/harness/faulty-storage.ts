import { StorageError } from '../../src/storage/errors.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { wrappedStorage } from './wrapped-storage.ts';

/** What goes wrong with one call of the storage. */
export type StoreFault =
  | { readonly do: 'fail' }
  /** It was carried out, and reported as failed. */
  | { readonly do: 'fail_after' }
  | { readonly do: 'hang'; readonly ms: number; readonly finally: 'run' | 'fail' }
  /** The process dies right before, or right after, it is carried out. */
  | { readonly do: 'crash'; readonly when: 'before' | 'after' };

/** What the storage is told to do with the calls it gets, and who hears of them. */
export interface StoreControl {
  /** The fault for this call, used up. `instanceId`: undefined where the call is not about one instance. */
  take(method: string, args: readonly unknown[], instanceId: string | undefined): StoreFault | undefined;
  sleep(ms: number): Promise<void>;
  crash(): void;
  /** The call is about to be carried out, or was. */
  before(method: string, args: readonly unknown[]): void;
  after(method: string, args: readonly unknown[]): void;
  failed(method: string, args: readonly unknown[]): void;
}

const BY_INSTANCE = /^(owned|credentials|signalKeys)\.|^instances\.get$/;

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
const never = (): Promise<never> => new Promise(() => undefined);

/**
 * The real storage of one service, between whose calls something goes wrong. A call that hangs holds up no other, as with
 * a database of several connections. After a crash it takes no call any more.
 */
export class FaultyStorage {
  readonly storage: Storage;
  readonly #control: StoreControl;
  #dead = false;

  constructor(real: Storage, control: StoreControl) {
    this.#control = control;
    this.storage = {
      ...wrappedStorage(real, (...call) => this.#call(...call)),
      transaction: async (work) => {
        if (this.#dead) return never();
        const result = await real.transaction(work);
        return this.#dead ? never() : result;
      },
    };
  }

  kill(): void {
    this.#dead = true;
  }

  #call(method: string, args: readonly unknown[], run: () => unknown): unknown {
    if (this.#dead) return never();
    const [first] = args;
    const instanceId = BY_INSTANCE.test(method) && typeof first === 'string' ? first : undefined;
    const fault = this.#control.take(method, args, instanceId);
    return fault ? this.#faulty(method, args, run, fault) : this.#run(method, args, run);
  }

  async #faulty(method: string, args: readonly unknown[], run: () => unknown, fault: StoreFault): Promise<unknown> {
    const failed = new StorageError('io', `${method}: made to fail`);
    switch (fault.do) {
      case 'fail':
        throw failed;
      case 'fail_after':
        await this.#run(method, args, run);
        throw failed;
      case 'hang':
        await this.#control.sleep(fault.ms);
        if (fault.finally === 'fail') throw failed;
        break;
      case 'crash':
        if (fault.when === 'after') await this.#run(method, args, run);
        this.#control.crash();
        return never();
    }
    return this.#run(method, args, run);
  }

  async #run(method: string, args: readonly unknown[], run: () => unknown): Promise<unknown> {
    if (this.#dead) return never();
    this.#control.before(method, args);
    let value: unknown;
    try {
      const result = run();
      value = isPromise(result) ? await result : result;
    } catch (error) {
      this.#control.failed(method, args);
      throw error;
    }
    // What was committed is so, even where the process died in the meantime and nobody hears of it.
    this.#control.after(method, args);
    return this.#dead ? never() : value;
  }
}
