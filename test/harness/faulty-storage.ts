import { StorageError } from '../../src/storage/errors.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { KeyStore } from '../../src/wire/link.ts';

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
  take(method: string, instanceId: string | undefined): StoreFault | undefined;
  sleep(ms: number): Promise<void>;
  crash(): void;
  /** The call is about to be carried out, or was. */
  before(method: string, args: readonly unknown[]): void;
  after(method: string, args: readonly unknown[]): void;
  failed(method: string, args: readonly unknown[]): void;
}

const WHO = 'harness/who';
const BY_INSTANCE = /^(credentials|signalKeys)\.|^instances\.(update|remove|get)$/;

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
const never = (): Promise<never> => new Promise(() => undefined);

/** The real storage of one service, between whose calls something goes wrong. After a crash it takes no call any more. */
export class FaultyStorage {
  readonly storage: Storage;
  readonly #control: StoreControl;
  /** A call that hangs holds up those of the same instance behind it, as a lock on its rows does. */
  readonly #queues = new Map<string, Promise<void>>();
  #asked: string | undefined;
  #dead = false;

  constructor(real: Storage, control: StoreControl) {
    this.#control = control;
    this.storage = {
      ...real,
      accounts: this.#wrap('accounts', real.accounts),
      instances: this.#wrap('instances', real.instances),
      credentials: this.#wrap('credentials', real.credentials),
      signalKeys: this.#wrap('signalKeys', real.signalKeys),
      outcomes: this.#wrap('outcomes', real.outcomes),
      transaction: async (work) => {
        if (this.#dead) return never();
        const result = await real.transaction(work);
        return this.#dead ? never() : result;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  kill(): void {
    this.#dead = true;
  }

  /** Whose key store this is. A link is not told for which instance it is opened. */
  whose(keys: KeyStore): string | undefined {
    this.#asked = undefined;
    void keys.get(WHO, []);
    return this.#asked;
  }

  #wrap<T extends object>(name: string, repository: T): T {
    return new Proxy(repository, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown =>
          this.#call(`${name}.${String(key)}`, args, () => Reflect.apply(method, target, args) as unknown);
      },
    });
  }

  #call(method: string, args: readonly unknown[], run: () => unknown): unknown {
    if (this.#dead) return never();
    const [first, second] = args;
    const instanceId = BY_INSTANCE.test(method) && typeof first === 'string' ? first : undefined;
    if (second === WHO) {
      this.#asked = instanceId;
      return Promise.resolve(new Map());
    }
    const fault = this.#control.take(method, instanceId);
    const before = instanceId === undefined ? undefined : this.#queues.get(instanceId);
    if (!fault && !before) return this.#run(method, args, run);
    const result = this.#faulty(method, args, run, fault, before);
    if (instanceId === undefined) return result;
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(instanceId, settled);
    void settled.then(() => this.#queues.get(instanceId) === settled && this.#queues.delete(instanceId));
    return result;
  }

  async #faulty(
    method: string,
    args: readonly unknown[],
    run: () => unknown,
    fault: StoreFault | undefined,
    before: Promise<void> | undefined,
  ): Promise<unknown> {
    await before;
    const failed = new StorageError('io', `${method}: made to fail`);
    switch (fault?.do) {
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
      case undefined:
        break;
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
