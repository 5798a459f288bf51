import { sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import type { Database } from '../database.ts';
import { guarded, StorageError } from '../errors.ts';
import { BUSY_MS, Contention } from '../dialects/contention.ts';
import { identityOf, prepareDataFolder, type Warn } from './data-folder.ts';
import { databasePath, openDatabase, prepareDatabase, unusable } from './database.ts';
import { checkAndMend } from './integrity.ts';
import { noteDatabase, refuseLostDatabase, refuseMovedDatabase } from './lost-database.ts';

export interface FolderOptions {
  readonly dataDir: string;
  /** Undefined: the key file in the data folder, made with a new database. */
  readonly masterKey: Uint8Array | undefined;
  readonly clock: Clock;
  readonly warn: Warn;
  /** Given: the database is checked first, and mended where it can be. Hears what was found. */
  readonly onDamage: ((message: string) => void) | undefined;
  /** Aborted: it is not to be opened any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens the database of a data folder, or makes it. */
export const openFolder = async (options: FolderOptions): Promise<Database> => {
  const { dataDir, masterKey, clock, warn, onDamage, signal } = options;
  const path = databasePath(dataDir);
  prepareDataFolder(dataDir, warn);
  refuseLostDatabase(path, dataDir, warn);
  refuseMovedDatabase(path);

  const contention = new Contention(clock, {
    onLong: () =>
      warn(`Another process has had the database ${path} locked for ${BUSY_MS / 1000} s: what has to be written fails`),
    onFull: () => warn(`The disk of the database ${path} is full: what has to be written fails until there is room`),
  });
  const db = openDatabase(path, clock, contention, () =>
    warn(`The disk is full, so that commands beside this process find the database ${path} locked until it ends`),
  );
  // What waits for another process that has it locked waits no longer.
  const giveUp = (): void => void db.destroy();
  signal?.addEventListener('abort', giveUp);
  try {
    const opened = identityOf(path);
    const keyring = await guarded('open', () => prepareDatabase(db, { dataDir, masterKey, warn }, clock));
    noteDatabase(path, warn);
    const damage = onDamage && (await guarded('check', () => checkAndMend(db)));
    if (damage !== undefined) onDamage?.(damage);
    return {
      db,
      keyring,
      get isBusy() {
        return contention.isBusy;
      },
      async probe() {
        // A number that nobody reads. Unlike a row, which SQLite leaves alone where it stays the same, it is written.
        await sql`pragma user_version = 0`.execute(db);
      },
      async ping() {
        if (identityOf(path) !== opened) {
          throw new StorageError(
            'io',
            `The file ${path} was removed or replaced while it was open, and what is stored now is lost: end the service, and put the file back or restore a backup`,
          );
        }
        await db.selectFrom('keyring').select('id').executeTakeFirstOrThrow();
      },
      [Symbol.asyncDispose]: () => db.destroy(),
    };
  } catch (cause) {
    await db.destroy();
    signal?.throwIfAborted();
    if (cause instanceof OperatorError) throw cause;
    throw unusable(path, cause);
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
};
