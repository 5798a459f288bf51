import { type Kysely, sql } from 'kysely';
import { SealError } from '../../errors.ts';
import { blockOf, blockPlace, keyPlace, type KeyBlock, type KeyScope, sealBlock } from '../../keys/blocks.ts';
import type { Sealer } from '../../sealing/seal.ts';

const TYPE = 'pre-key';

/** Ids are counted up from 1, and only their keyed hashes are stored: as many in a row may be used up and gone. */
const WIDEST_GAP = 100_000;

interface Owner {
  readonly id: string;
  readonly account: string;
}

interface KeyRow {
  readonly key_id: string;
  readonly revision: number;
  readonly sealed: Uint8Array;
}

/** Where the rows of one login are: in use, or set aside. */
interface Shelf {
  read(): Promise<KeyRow[]>;
  remove(names: readonly string[]): Promise<void>;
  add(row: KeyRow): Promise<void>;
}

/** Those that open, by their block, and the names of the rows that they come from. */
const opened = (sealer: Sealer, scope: KeyScope, rows: readonly KeyRow[]) => {
  const byName = new Map(rows.map((row) => [row.key_id, row]));
  const blocks = new Map<string, KeyBlock>();
  const names: string[] = [];
  for (let [n, gap] = [0, 0]; byName.size > 0 && gap < WIDEST_GAP; n += 1, gap += 1) {
    const id = String(n);
    const place = keyPlace(scope, id);
    const row = byName.get(sealer.blind(place));
    const block = blockOf(TYPE, id);
    if (!row || block === undefined) continue;
    gap = 0;
    byName.delete(row.key_id);
    try {
      const value = sealer.openText({ ...place, revision: row.revision }, row.sealed);
      blocks.set(block, (blocks.get(block) ?? new Map<string, string>()).set(id, value));
      names.push(row.key_id);
    } catch (error) {
      // It stays as it is, and is refused when it is read: the others of its instance go on.
      if (!(error instanceof SealError)) throw error;
    }
  }
  return { blocks, names };
};

const nextRevision = async (db: Kysely<unknown>, instance: string): Promise<number> => {
  const { rows } = await sql<{ revision: number }>`update instances set keys_revision = keys_revision + 1
    where id = ${instance} returning keys_revision as revision`.execute(db);
  return rows[0]?.revision ?? 0;
};

const pack = async (db: Kysely<unknown>, sealer: Sealer, { id, account }: Owner, shelf: Shelf): Promise<void> => {
  const scope = { account, instance: id, type: TYPE };
  const { blocks, names } = opened(sealer, scope, await shelf.read());
  if (names.length === 0) return;
  const revision = await nextRevision(db, id);
  await shelf.remove(names);
  for (const [block, keys] of blocks) {
    const place = blockPlace(scope, block);
    const sealed = sealBlock(sealer, { ...place, revision }, keys);
    await shelf.add({ key_id: sealer.blind(place), revision, sealed });
  }
};

const inUse = (db: Kysely<unknown>, instance: string): Shelf => ({
  read: async () => {
    const { rows } = await sql<KeyRow>`select key_id, revision, sealed from signal_keys
      join signal_key_revisions using (instance_id, type, key_id)
      where instance_id = ${instance} and type = ${TYPE}`.execute(db);
    return rows;
  },
  remove: async (names) => {
    for (const table of ['signal_keys', 'signal_key_revisions']) {
      await sql`delete from ${sql.table(table)} where instance_id = ${instance} and type = ${TYPE}
        and key_id in (select value from json_each(${JSON.stringify(names)}))`.execute(db);
    }
  },
  add: async ({ key_id, revision, sealed }) => {
    await sql`insert into signal_keys values (${instance}, ${TYPE}, ${key_id}, ${sealed})`.execute(db);
    await sql`insert into signal_key_revisions values (${instance}, ${TYPE}, ${key_id}, ${revision})`.execute(db);
  },
});

const setAside = (db: Kysely<unknown>, archive: number): Shelf => ({
  read: async () => {
    const { rows } = await sql<KeyRow>`select key_id, revision, sealed from archived_rows
      where archive_id = ${archive} and type = ${TYPE}`.execute(db);
    return rows;
  },
  remove: async (names) => {
    await sql`delete from archived_rows where archive_id = ${archive} and type = ${TYPE}
      and key_id in (select value from json_each(${JSON.stringify(names)}))`.execute(db);
  },
  add: async ({ key_id, revision, sealed }) => {
    await sql`insert into archived_rows (archive_id, type, key_id, sealed, revision)
      values (${archive}, ${TYPE}, ${key_id}, ${sealed}, ${revision})`.execute(db);
  },
});

/**
 * Pre-keys lie 64 to a row instead of one to two. Device by device, so that memory holds the keys of one. What does not
 * open, or has an id that is none of Baileys', stays a row of its own.
 */
export const packKeys =
  (sealer: Sealer | undefined) =>
  async (db: Kysely<unknown>): Promise<void> => {
    if (!sealer) return;
    const instances = await sql<Owner>`select id, account_id as account from instances`.execute(db);
    for (const owner of instances.rows) await pack(db, sealer, owner, inUse(db, owner.id));
    const archives = await sql<Owner & { archive: number }>`select archives.id as archive, instances.id,
      instances.account_id as account from archives join instances on instances.id = archives.instance_id`.execute(db);
    for (const { archive, ...owner } of archives.rows) await pack(db, sealer, owner, setAside(db, archive));
  };
