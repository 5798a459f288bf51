import type { Storage } from '../../src/storage/storage.ts';

/** Does, or does not, what a call of the storage would. */
export type CallOfStorage = (method: string, args: readonly unknown[], run: () => unknown) => unknown;

/** What is called of it goes through `call`, as `name.method`. */
export const wrapped = <T extends object>(name: string, repository: T, call: CallOfStorage): T =>
  new Proxy(repository, {
    get: (target, key) => {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown =>
        call(`${name}.${String(key)}`, args, () => Reflect.apply(method, target, args) as unknown);
    },
  });

/** A storage whose repositories are wrapped. It outlives who uses it. */
export const wrappedStorage = (real: Storage, call: CallOfStorage): Storage => ({
  ...real,
  accounts: wrapped('accounts', real.accounts, call),
  instances: wrapped('instances', real.instances, call),
  credentials: wrapped('credentials', real.credentials, call),
  signalKeys: wrapped('signalKeys', real.signalKeys, call),
  outcomes: wrapped('outcomes', real.outcomes, call),
  observedSettings: wrapped('observedSettings', real.observedSettings, call),
  owned: wrapped('owned', real.owned, call),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});
