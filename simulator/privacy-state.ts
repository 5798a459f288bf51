/** The categories that can have a list of who is left out. */
export const LISTED: readonly string[] = ['last', 'status', 'profile', 'groupadd', 'linked_profiles', 'pix'];

export const BLACKLIST = 'contact_blacklist';

/** Who is left out of one category. */
export interface ExclusionList {
  /** A millisecond stamp; no two states of an account's lists have the same one. */
  readonly dhash: string;
  /** Phone numbers, in the order in which they came. */
  readonly members: ReadonlySet<string>;
}

export interface ListChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * The values of an account's categories, and who is left out of those that are on contact_blacklist. A list lives as long as
 * its category is on it, and begins empty.
 */
export class PrivacyState implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>();
  readonly #lists = new Map<string, ExclusionList>();
  readonly #now: () => number;
  #lastStamp = 0;

  constructor(values: Iterable<readonly [string, string]>, now: () => number = Date.now) {
    this.#now = now;
    for (const [category, value] of values) this.set(category, value);
  }

  get(category: string): string | undefined {
    return this.#values.get(category);
  }

  has(category: string): boolean {
    return this.#values.has(category);
  }

  /** A plain write: contact_blacklist leaves out nobody, also where it was set before. */
  set(category: string, value: string): void {
    this.#values.set(category, value);
    this.#lists.delete(category);
    if (value === BLACKLIST && LISTED.includes(category)) this.#put(category, new Set());
  }

  delete(category: string): void {
    this.#values.delete(category);
    this.#lists.delete(category);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries();
  }

  /** Undefined where the category is not on contact_blacklist. */
  list(category: string): ExclusionList | undefined {
    return this.#lists.get(category);
  }

  get lists(): ReadonlyMap<string, ExclusionList> {
    return this.#lists;
  }

  /** Puts the category on contact_blacklist and changes who is left out, in one step. Who is there already stays there once. */
  change(category: string, { add, remove }: ListChange): void {
    this.#values.set(category, BLACKLIST);
    const members = new Set(this.#lists.get(category)?.members);
    for (const phoneNumber of add) members.add(phoneNumber);
    for (const phoneNumber of remove) members.delete(phoneNumber);
    this.#put(category, members);
  }

  #put(category: string, members: ReadonlySet<string>): void {
    this.#lastStamp = Math.max(this.#now(), this.#lastStamp + 1);
    this.#lists.set(category, { dhash: String(this.#lastStamp), members });
  }
}
