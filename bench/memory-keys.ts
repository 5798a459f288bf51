import type { SignalDataTypeMap, SignalKeyStore } from '@whiskeysockets/baileys';

type KeysOf<T extends keyof SignalDataTypeMap> = Map<string, SignalDataTypeMap[T]>;

/** Signal keys held in memory by reference, as Baileys hands them over: the leanest store there is. */
export class MemoryKeys implements SignalKeyStore {
  readonly #byType = new Map<keyof SignalDataTypeMap, Map<string, unknown>>();

  get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]): Record<string, SignalDataTypeMap[T]> {
    // `set` takes each type's own values only.
    const stored = this.#byType.get(type) as KeysOf<T> | undefined;
    const found: Record<string, SignalDataTypeMap[T]> = {};
    for (const id of ids) {
      const value = stored?.get(id);
      if (value !== undefined) found[id] = value;
    }
    return found;
  }

  set(data: { [T in keyof SignalDataTypeMap]?: Record<string, SignalDataTypeMap[T] | null> }): void {
    for (const type of Object.keys(data) as (keyof SignalDataTypeMap)[]) {
      const stored = this.#byType.get(type) ?? new Map<string, unknown>();
      this.#byType.set(type, stored);
      for (const [id, value] of Object.entries(data[type] ?? {})) {
        if (value === null) stored.delete(id);
        else stored.set(id, value);
      }
    }
  }
}
