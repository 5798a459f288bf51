import {
  BufferJSON,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys';
import type { KeyChange, KeyStore } from '../link.ts';

/** The link that uses the keys. */
interface KeyUser {
  /** Why it ended; undefined while it has not. */
  readonly evidence: unknown;
  storageFailed(error: unknown): void;
}

/**
 * Baileys' view of the store. It swallows some of the store's errors, so they are reported as well. A link that is over
 * writes nothing any more: Baileys goes on with what it was at, and would overwrite what the next link stored.
 */
export class LinkKeys implements SignalKeyStore {
  readonly #store: KeyStore;
  readonly #user: KeyUser;
  /** Changes are compared with what is stored: one at a time, since a change that is under way is not stored yet. */
  #before: Promise<unknown> | undefined;

  constructor(store: KeyStore, user: KeyUser) {
    this.#store = store;
    this.#user = user;
  }

  async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]): Promise<Record<string, SignalDataTypeMap[T]>> {
    this.#refuseWhenOver();
    const found = await this.#reported(() => this.#store.get(type, ids));
    const values: Record<string, SignalDataTypeMap[T]> = {};
    for (const [id, text] of found) values[id] = parseKey(type, text);
    return values;
  }

  async set(data: SignalDataSet): Promise<void> {
    this.#refuseWhenOver();
    const changes = Object.entries(data).flatMap(([type, byId]) =>
      Object.entries(byId ?? {}).map(([id, value]: [string, unknown]) => ({
        type,
        id,
        value: value === null || value === undefined ? null : JSON.stringify(value, BufferJSON.replacer),
      })),
    );
    const applied = this.#applyInTurn(changes, this.#before);
    this.#before = applied.catch(() => undefined);
    return applied;
  }

  async #applyInTurn(changes: readonly KeyChange[], turn: Promise<unknown> | undefined): Promise<void> {
    await turn;
    const news = await changed(this.#store, changes);
    this.#refuseWhenOver();
    if (news.length > 0) await this.#reported(() => this.#store.apply(news));
  }

  async #reported<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#user.storageFailed(error);
      throw error;
    }
  }

  #refuseWhenOver(): void {
    if (this.#user.evidence !== undefined) throw new Error('The link is over');
  }
}

/**
 * The changes that differ from what is stored. At each login Baileys stores the same list of the account's own devices again
 * (Socket/socket.js, `CB:success`), and a login must not depend on room on the disk. A key that can't be read counts as different.
 */
async function changed(store: KeyStore, changes: readonly KeyChange[]): Promise<KeyChange[]> {
  const byType = [...Map.groupBy(changes, ({ type }) => type)];
  const news = await Promise.all(
    byType.map(async ([type, some]) => {
      const ids = some.map(({ id }) => id);
      const stored = await store.get(type, ids).catch(() => undefined);
      return stored ? some.filter(({ id, value }) => (stored.get(id) ?? null) !== value) : some;
    }),
  );
  return news.flat();
}

function parseKey<T extends keyof SignalDataTypeMap>(type: T, text: string): SignalDataTypeMap[T] {
  const value: unknown = JSON.parse(text, BufferJSON.reviver);
  const revived = type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value;
  return revived as SignalDataTypeMap[T];
}
