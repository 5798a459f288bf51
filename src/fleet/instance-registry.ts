import type { InstanceView } from '../instance/state.ts';
import { isWithin, type Reach } from './calls/reach.ts';

/** The instances that this process has something of in memory, found by account and name, or by id. */
export class InstanceRegistry<T extends { readonly view: InstanceView }> {
  readonly #byAccount = new Map<string, Map<string, T>>();
  readonly #byId = new Map<string, T>();

  add(item: T): void {
    const { accountId, name } = item.view;
    let byName = this.#byAccount.get(accountId);
    if (!byName) this.#byAccount.set(accountId, (byName = new Map()));
    // One of another id under that name is gone from the database.
    const before = byName.get(name);
    if (before) this.#byId.delete(before.view.id);
    byName.set(name, item);
    this.#byId.set(item.view.id, item);
  }

  remove(item: T): void {
    if (!this.has(item)) return;
    const { accountId, name, id } = item.view;
    const byName = this.#byAccount.get(accountId);
    byName?.delete(name);
    if (byName?.size === 0) this.#byAccount.delete(accountId);
    this.#byId.delete(id);
  }

  has(item: T): boolean {
    return this.#byAccount.get(item.view.accountId)?.get(item.view.name) === item;
  }

  /** Those of one account, or of all. */
  all(accountId?: string): T[] {
    return [
      ...(accountId === undefined ? this.#byId : (this.#byAccount.get(accountId) ?? new Map<string, T>())).values(),
    ];
  }

  byId(id: string): T | undefined {
    return this.#byId.get(id);
  }

  get(reach: Reach, id: string): T | undefined {
    const item = this.#byId.get(id);
    return item && isWithin(reach, item.view) ? item : undefined;
  }

  find(reach: Reach, name: string): T | undefined {
    const item = this.#byAccount.get(reach.accountId)?.get(name);
    return item && isWithin(reach, item.view) ? item : undefined;
  }
}
