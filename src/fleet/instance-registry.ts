import { isWithin, type Reach } from './calls/reach.ts';
import type { InstanceView } from '../instance/state.ts';

/** All instances of the process, found by account and name. */
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

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  find(reach: Reach, name: string): T | undefined {
    const item = this.#byAccount.get(reach.accountId)?.get(name);
    return item && isWithin(reach, item.view) ? item : undefined;
  }

  /** At most `most`, by the bytes of their names, those behind `after`. */
  list(reach: Reach, after: string | undefined, most: number): T[] {
    return this.#within(reach)
      .filter(({ view }) => after === undefined || view.name > after)
      .sort((a, b) => (a.view.name < b.view.name ? -1 : 1))
      .slice(0, most);
  }

  count(reach: Reach): number {
    if (reach.instanceId === undefined) return this.#byAccount.get(reach.accountId)?.size ?? 0;
    return this.#within(reach).length;
  }

  all(): T[] {
    return [...this.#byId.values()];
  }

  #within({ accountId, instanceId }: Reach): T[] {
    if (instanceId === undefined) return [...(this.#byAccount.get(accountId)?.values() ?? [])];
    const own = this.#byId.get(instanceId);
    return own?.view.accountId === accountId ? [own] : [];
  }
}
