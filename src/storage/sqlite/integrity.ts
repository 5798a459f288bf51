import { type Kysely, sql } from 'kysely';
import { StorageError } from '../errors.ts';
import type { Tables } from '../schema.ts';

/** How many faults are told of. */
const MOST_FAULTS = 5;

/** @throws StorageError `corrupt` when SQLite finds fault with the file, or a row whose parent is missing. */
export const checkIntegrity = async (db: Kysely<Tables>): Promise<void> => {
  const query = sql<{ integrity_check: string }>`pragma integrity_check(${sql.lit(MOST_FAULTS)})`;
  const faults = (await query.execute(db)).rows.map((row) => row.integrity_check);
  if (faults[0] !== 'ok') throw new StorageError('corrupt', `The database is damaged: ${faults.join('; ')}`);
  const { rows: orphans } = await sql`pragma foreign_key_check`.execute(db);
  if (orphans.length > 0)
    throw new StorageError('corrupt', `The database is damaged: ${orphans.length} rows have no parent`);
};

/**
 * Checks the database, and makes its indexes anew where that mends it: they hold nothing that the tables do not, and
 * through a damaged one rows that are there can't be found. What that does not mend stays as it is: the damage may
 * concern one instance, and the others go on.
 * @returns what the operator has to know; undefined where nothing is wrong.
 */
export const checkAndMend = async (db: Kysely<Tables>): Promise<string | undefined> => {
  const fault = await faultOf(() => checkIntegrity(db));
  if (fault === undefined) return undefined;
  const left = await faultOf(() =>
    db.transaction().execute(async (tx) => {
      await sql`reindex`.execute(tx);
      await checkIntegrity(tx);
    }),
  );
  return left === undefined
    ? `${fault}. Its indexes were made anew from its tables, and it is whole now; check the disk, and make a backup`
    : `${fault}. Rows may be missing, so instances or tokens may seem not to be there: stop the service, keep a copy of the data folder, and restore the last backup`;
};

const faultOf = async (work: () => Promise<void>): Promise<string | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
};
