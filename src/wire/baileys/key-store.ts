import { BufferJSON, proto, type SignalDataTypeMap, type SignalKeyStore } from '@whiskeysockets/baileys';
import type { KeyChange, KeyStore } from '../link.ts';

/**
 * Baileys' view of the store. It swallows some of the store's errors, so they are reported as well. A link that is over
 * writes nothing any more: Baileys goes on with what it was at, and would overwrite what the next link stored.
 */
export function createKeyStore(
  store: KeyStore,
  isOver: () => boolean,
  onFailure: (error: unknown) => void,
): SignalKeyStore {
  const reported = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
  const refuseWhenOver = (): void => {
    if (isOver()) throw new Error('The link is over');
  };
  /** Changes are compared with what is stored: one at a time, since a change that is under way is not stored yet. */
  let before: Promise<unknown> = Promise.resolve();
  const applyInTurn = async (changes: readonly KeyChange[], turn: Promise<unknown>): Promise<void> => {
    await turn;
    const news = await changed(store, changes);
    refuseWhenOver();
    if (news.length > 0) await reported(() => store.apply(news));
  };
  return {
    async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      refuseWhenOver();
      const found = await reported(() => store.get(type, ids));
      const values: Record<string, SignalDataTypeMap[T]> = {};
      for (const [id, text] of found) values[id] = parseKey(type, text);
      return values;
    },
    async set(data) {
      refuseWhenOver();
      const changes = Object.entries(data).flatMap(([type, byId]) =>
        Object.entries(byId ?? {}).map(([id, value]: [string, unknown]) => ({
          type,
          id,
          value: value === null || value === undefined ? null : JSON.stringify(value, BufferJSON.replacer),
        })),
      );
      const applied = applyInTurn(changes, before);
      before = applied.catch(() => undefined);
      return applied;
    },
  };
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
