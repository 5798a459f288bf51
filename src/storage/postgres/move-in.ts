import { timingSafeEqual } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { Contention } from '../dialects/contention.ts';
import type { Tables } from '../schema.ts';
import { type KeyringRow, type RawKeys, unwrapKeys } from '../sealing/keyring.ts';
import { keyFilePath } from '../sealing/key-file.ts';
import type { Warn } from '../sqlite/data-folder.ts';
import { databasePath } from '../sqlite/database.ts';
import { openSqlite } from '../sqlite/dialect.ts';
import { noteMoved, requireDatabase } from '../sqlite/lost-database.ts';
import { openFolder } from '../sqlite/open.ts';
import { acquireOwnership } from '../sqlite/owner.ts';
import { placeOf, unusable } from './connection.ts';
import { readKeyringRow } from './keyring.ts';
import { migrate } from './migrations/index.ts';
import { lockForPreparing, requireVersion } from './open.ts';
import { ownServer } from './owner.ts';
import { patiently } from './patient.ts';

/** All of them, a parent before its children. */
export const MOVED_TABLES = [
  'keyring',
  'accounts',
  'instances',
  'tokens',
  'credentials',
  'observed_settings',
  'signal_keys',
  'signal_key_revisions',
  'archives',
  'archived_rows',
  'outcomes',
] as const satisfies readonly (keyof Tables)[];

export type MovedRows = Readonly<Record<(typeof MOVED_TABLES)[number], number>>;

export interface MoveOptions {
  readonly dataDir: string;
  readonly url: string;
  readonly masterKey: Uint8Array;
  readonly clock: Clock;
  readonly warn: Warn;
}

/**
 * Copies all that a data folder holds into an empty database, as it is sealed, in one transaction: where it is cut short,
 * nothing is there. Meanwhile nobody may serve or change either of them. The folder stays as a start of this version leaves
 * it, with a note that keeps the service from being started on it. Cut short between the commit and that note, the next one
 * finds the folder's keys in the database, which went along in the transaction, and makes the note alone.
 * @returns undefined where the folder had been moved there before
 * @throws OperatorError where the folder is in use or was moved before, the key another one's, or the database not empty.
 */
export const moveIn = async (options: MoveOptions): Promise<MovedRows | undefined> => {
  const { dataDir, url, clock, warn } = options;
  requireDatabase(databasePath(dataDir));
  using _folder = await acquireOwnership(dataDir, clock, warn);
  // The database may be served by now.
  if (await wasMoved(options)) {
    noteMoved(databasePath(dataDir), warn);
    return undefined;
  }
  await using _server = await ownServer(url, clock);
  await bringUpToDate(options);
  using source = openSqlite(databasePath(dataDir));
  // No command beside it writes until the end.
  source.exec('begin immediate');
  try {
    const moved = await patiently(options, new Contention(clock), (tx) => copyAll(tx, source, url));
    noteMoved(databasePath(dataDir), warn);
    return moved;
  } catch (cause) {
    throw unusable(url, cause);
  }
};

const wasMoved = async (options: MoveOptions): Promise<boolean> => {
  const { url, masterKey, clock } = options;
  const keys = keysOfFolder(options);
  try {
    const row = await patiently(options, new Contention(clock), readKeyringRow);
    const there = row && unwrapKeys(masterKey, row);
    return there !== undefined && timingSafeEqual(there.data, keys.data);
  } catch (cause) {
    throw unusable(url, cause);
  }
};

const keysOfFolder = ({ dataDir, masterKey }: MoveOptions): RawKeys => {
  using before = openSqlite(databasePath(dataDir));
  const hasKeys = before.prepare(`select 1 from sqlite_schema where name = 'keyring'`).get() !== undefined;
  const row = hasKeys ? before.prepare('select data_key, token_key from keyring').get() : undefined;
  if (!row) throw new OperatorError(`The database in ${dataDir} holds nothing yet`);
  const keys = unwrapKeys(masterKey, row as KeyringRow);
  if (keys) return keys;
  throw new OperatorError(
    `PRIVET_ENCRYPTION_KEY does not open the database in ${dataDir}: set the key it was made with, which is what ${keyFilePath(dataDir)} holds where there is one`,
  );
};

/** As a start does: looks whether it is whole, and migrates. */
const bringUpToDate = async ({ dataDir, masterKey, clock, warn }: MoveOptions): Promise<void> => {
  const onDamage = (fault: string): void => warn(fault);
  await using _opened = await openFolder({ dataDir, masterKey, clock, warn, onDamage });
};

const copyAll = async (tx: Kysely<Tables>, source: DatabaseSync, url: string): Promise<MovedRows> => {
  await requireVersion(tx);
  await lockForPreparing(tx);
  await requireEmpty(tx, url);
  await migrate(tx);
  const moved: [string, number][] = [];
  for (const table of MOVED_TABLES) moved.push([table, await copyTable(tx, source, table)]);
  await sql`select setval(pg_get_serial_sequence('archives', 'id'), (select coalesce(max(id), 0) + 1 from archives), false)`.execute(
    tx,
  );
  return Object.fromEntries(moved) as MovedRows;
};

const requireEmpty = async (tx: Kysely<Tables>, url: string): Promise<void> => {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema() limit 1`.execute(tx);
  if (rows[0]) {
    throw new OperatorError(
      `The database ${placeOf(url)} is not empty, it has a table ${rows[0].name}: choose an empty one`,
    );
  }
};

/** So many rows at once, of at most 11 columns: a statement takes 65,535 parameters. */
const ROWS_AT_ONCE = 500;
/** Or so many bytes, roughly. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;

const copyTable = async (tx: Kysely<Tables>, source: DatabaseSync, table: string): Promise<number> => {
  let count = 0;
  let some: unknown[][] = [];
  let bytes = 0;
  let columns: string[] = [];
  const insert = async (): Promise<void> => {
    if (some.length === 0) return;
    const names = sql.join(columns.map((name) => sql.ref(name)));
    const values = sql.join(some.map((row) => sql`(${sql.join(row)})`));
    await sql`insert into ${sql.table(table)} (${names}) values ${values}`.execute(tx);
    count += some.length;
    [some, bytes] = [[], 0];
  };
  for (const row of source.prepare(`select * from ${table}`).iterate()) {
    columns = Object.keys(row);
    some.push(Object.values(row));
    for (const value of Object.values(row)) bytes += value instanceof Uint8Array ? value.length : 0;
    if (some.length >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE) await insert();
  }
  await insert();
  return count;
};
