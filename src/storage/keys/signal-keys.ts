import type { Kysely } from 'kysely';
import { inTransaction } from '../database.ts';
import { guarded } from '../errors.ts';
import { accountOf, nextRevision } from '../instances.ts';
import type { Tables } from '../schema.ts';
import type { Sealer } from '../sealing/seal.ts';
import { blockOf, blockPlace, keyPlace, type KeyScope, openBlock, sealBlock } from './blocks.ts';
import { type KeyRow, presentRows, sealedOf, writeRows } from './rows.ts';

/** One key as it will be; null deletes it. The values are texts of the caller's own form. */
export interface SignalKeyChange {
  readonly type: string;
  readonly id: string;
  readonly value: string | null;
}

/**
 * The keys of each instance's Signal sessions, sealed: pre-keys many to a row, others one. Their ids, phone numbers among
 * them, are kept as keyed hashes.
 */
export interface SignalKeys {
  /** Those of `ids` that exist. */
  get(instanceId: string, type: string, ids: readonly string[]): Promise<Map<string, string>>;
  /**
   * All of it or nothing: one database transaction.
   * @throws SealError when a key lies among others that do not open: they are not written over.
   */
  apply(instanceId: string, changes: readonly SignalKeyChange[]): Promise<void>;
}

/** The last change of a key counts. */
const lastOfEach = (changes: readonly SignalKeyChange[]): SignalKeyChange[] => [
  ...new Map(changes.map((change) => [JSON.stringify([change.type, change.id]), change])).values(),
];

/** The blocks that hold some of the changed keys, where that makes them others. */
const changedBlocks = async (
  tx: Kysely<Tables>,
  sealer: Sealer,
  scope: KeyScope,
  revision: number,
  changes: readonly SignalKeyChange[],
): Promise<KeyRow[]> => {
  const byName = new Map(
    [...Map.groupBy(changes, ({ type, id }) => blockOf(type, id))].flatMap(([block, some]) => {
      if (block === undefined) return [];
      const place = blockPlace(scope, block);
      return [[sealer.blind(place), { place, some }] as const];
    }),
  );
  const present = new Map((await presentRows(tx, scope, [...byName.keys()])).map((row) => [row.name, row]));
  return [...byName].flatMap(([name, { place, some }]) => {
    const row = present.get(name);
    const block = row
      ? openBlock(sealer, { ...place, revision: row.revision }, sealedOf(row, place))
      : new Map<string, string>();
    const news = some.filter(({ id, value }) => (block.get(id) ?? null) !== value);
    if (news.length === 0) return [];
    for (const { id, value } of news) {
      if (value === null) block.delete(id);
      else block.set(id, value);
    }
    const sealed = block.size === 0 ? null : sealBlock(sealer, { ...place, revision }, block);
    return [{ type: scope.type, name, sealed }];
  });
};

/** What lies in a block has no row of its own: one may be left where a migration could not open it. */
const ownRows = (sealer: Sealer, scope: KeyScope, revision: number, changes: readonly SignalKeyChange[]): KeyRow[] =>
  changes.map(({ type, id, value }) => {
    const place = keyPlace(scope, id);
    const isOwn = value !== null && blockOf(type, id) === undefined;
    return { type, name: sealer.blind(place), sealed: isOwn ? sealer.sealText({ ...place, revision }, value) : null };
  });

export const createSignalKeys = (db: Kysely<Tables>, sealer: Sealer): SignalKeys => ({
  get: (instanceId, type, ids) =>
    guarded('signalKeys.get', async () => {
      const scope = { account: await accountOf(db, instanceId), instance: instanceId, type };
      const wanted = new Set(ids);
      const own = new Map(ids.map((id) => [sealer.blind(keyPlace(scope, id)), id]));
      const blockIds = new Set(ids.flatMap((id) => blockOf(type, id) ?? []));
      const blocks = new Map(
        [...blockIds].map((block) => {
          const place = blockPlace(scope, block);
          return [sealer.blind(place), place];
        }),
      );
      const found = new Map<string, string>();
      for (const row of await presentRows(db, scope, [...blocks.keys(), ...own.keys()])) {
        const { name, revision } = row;
        const [id, block] = [own.get(name), blocks.get(name)];
        if (block) {
          const keys = openBlock(sealer, { ...block, revision }, sealedOf(row, block));
          for (const [key, value] of keys) if (wanted.has(key)) found.set(key, value);
        } else if (id !== undefined && !found.has(id)) {
          const place = keyPlace(scope, id);
          found.set(id, sealer.openText({ ...place, revision }, sealedOf(row, place)));
        }
      }
      return found;
    }),

  apply: (instanceId, changes) =>
    guarded('signalKeys.apply', () =>
      inTransaction(db, async (tx) => {
        const last = lastOfEach(changes);
        if (last.length === 0) return;
        const { account, revision } = await nextRevision(tx, instanceId, 'keys_revision');
        const rows: KeyRow[] = [];
        for (const [type, some] of Map.groupBy(last, (change) => change.type)) {
          const scope = { account, instance: instanceId, type };
          rows.push(...ownRows(sealer, scope, revision, some));
          rows.push(...(await changedBlocks(tx, sealer, scope, revision, some)));
        }
        await writeRows(tx, instanceId, revision, rows);
      }),
    ),
});
