import type { Kysely } from 'kysely';
import { SealError } from '../errors.ts';
import type { Tables } from '../schema.ts';
import type { Place } from '../sealing/seal.ts';
import type { KeyScope } from './blocks.ts';

/** A row of signal keys as it will be, by its name; null deletes it. */
export interface KeyRow {
  readonly type: string;
  readonly name: string;
  readonly sealed: Uint8Array | null;
}

/** A row that is there, for its revision is. */
interface StoredRow {
  readonly name: string;
  readonly revision: number;
  readonly sealed: Uint8Array | null;
}

const KEY_COLUMNS = ['instance_id', 'type', 'key_id'] as const;

/** SQLite takes 32,766 parameters a statement. A row below has four. */
const CHUNK = 500;

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(i * CHUNK, (i + 1) * CHUNK));

/** Those of `names` that are there. */
export const presentRows = async (
  db: Kysely<Tables>,
  { instance, type }: KeyScope,
  names: string[],
): Promise<StoredRow[]> => {
  const rows: StoredRow[] = [];
  for (const some of chunks(names)) {
    const query = db
      .selectFrom('signal_key_revisions as current')
      .leftJoin('signal_keys as key', (join) =>
        join
          .onRef('key.instance_id', '=', 'current.instance_id')
          .onRef('key.type', '=', 'current.type')
          .onRef('key.key_id', '=', 'current.key_id'),
      )
      .select(['current.key_id as name', 'current.revision', 'key.sealed'])
      .where('current.instance_id', '=', instance)
      .where('current.type', '=', type)
      .where('current.key_id', 'in', some);
    rows.push(...(await query.execute()));
  }
  return rows;
};

/** @throws SealError when the row was taken away behind its revision. */
export const sealedOf = ({ sealed }: StoredRow, { type }: Place): Uint8Array => {
  if (!sealed) throw new SealError('refused', `A sealed value of type "${type}" is missing`);
  return sealed;
};

/** Run it in a transaction: a row and its revision change together. */
export const writeRows = async (
  tx: Kysely<Tables>,
  instance: string,
  revision: number,
  rows: readonly KeyRow[],
): Promise<void> => {
  const written = rows.flatMap(({ type, name, sealed }) =>
    sealed ? [{ key: { instance_id: instance, type, key_id: name }, sealed }] : [],
  );
  for (const some of chunks(written)) {
    await tx
      .insertInto('signal_keys')
      .values(some.map(({ key, sealed }) => ({ ...key, sealed })))
      .onConflict((conflict) =>
        conflict.columns([...KEY_COLUMNS]).doUpdateSet((row) => ({ sealed: row.ref('excluded.sealed') })),
      )
      .execute();
    await tx
      .insertInto('signal_key_revisions')
      .values(some.map(({ key }) => ({ ...key, revision })))
      .onConflict((conflict) => conflict.columns([...KEY_COLUMNS]).doUpdateSet({ revision }))
      .execute();
  }
  const gone = rows.filter(({ sealed }) => sealed === null);
  for (const [type, keys] of Map.groupBy(gone, (row) => row.type)) {
    for (const some of chunks(keys.map(({ name }) => name))) {
      for (const table of ['signal_keys', 'signal_key_revisions'] as const) {
        const query = tx.deleteFrom(table).where('instance_id', '=', instance);
        await query.where('type', '=', type).where('key_id', 'in', some).execute();
      }
    }
  }
};
