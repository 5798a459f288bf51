import { BufferJSON, proto, type SignalDataTypeMap, type SignalKeyStore } from '@whiskeysockets/baileys';
import type { KeyStore } from '../link.ts';

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
    if (isOver()) throw new Error('The link is over');
    try {
      return await work();
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
  return {
    async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found = await reported(() => store.get(type, ids));
      const values: Record<string, SignalDataTypeMap[T]> = {};
      for (const [id, text] of found) values[id] = parseKey(type, text);
      return values;
    },
    set(data) {
      const changes = Object.entries(data).flatMap(([type, byId]) =>
        Object.entries(byId ?? {}).map(([id, value]: [string, unknown]) => ({
          type,
          id,
          value: value === null || value === undefined ? null : JSON.stringify(value, BufferJSON.replacer),
        })),
      );
      return reported(() => store.apply(changes));
    },
  };
}

function parseKey<T extends keyof SignalDataTypeMap>(type: T, text: string): SignalDataTypeMap[T] {
  const value: unknown = JSON.parse(text, BufferJSON.reviver);
  const revived = type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value;
  return revived as SignalDataTypeMap[T];
}
