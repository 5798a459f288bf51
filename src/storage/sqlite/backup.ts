import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { createAnew, OWN_FILES, syncFile, syncFolder, type Warn } from './data-folder.ts';
import { databasePath } from './database.ts';
import { NodeSqliteDialect, openSqlite } from './dialect.ts';
import { guarded } from '../errors.ts';
import { checkIntegrity } from './integrity.ts';
import { keyFilePath, newKeyFilePath, readKeyFile } from '../sealing/key-file.ts';
import { readKeyringRow, unwrapKeys } from '../sealing/keyring.ts';
import { requireDatabase } from './lost-database.ts';
import type { Tables } from '../schema.ts';

export interface BackupOptions {
  readonly dataDir: string;
  /** Undefined: the key file. */
  readonly masterKey?: Uint8Array | undefined;
  readonly warn: Warn;
  /** Where the backup goes: one file. */
  readonly file: string;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
}

/**
 * Copies the database as it is at one moment, also while other processes write to it, which are not held up. The file
 * appears whole, checked and durable, or not at all. The master key is not in it.
 * @returns how many bytes it has.
 */
export const backUp = (options: BackupOptions): Promise<number> =>
  guarded('backup', async () => {
    const source = databasePath(options.dataDir);
    requireDatabase(source);
    const file = checkedTarget(options);
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      rmSync(temporary, { force: true });
      createAnew(temporary);
      copy(source, temporary);
      await check(temporary, options);
      syncFile(temporary);
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
    syncFolder(dirname(file));
    return statSync(file).size;
  });

const checkedTarget = ({ dataDir, file, force }: BackupOptions): string => {
  const path = resolve(file);
  if (!existsSync(dirname(path))) throw new OperatorError(`There is no folder ${dirname(path)}`);
  if (realpathSync(dirname(path)) === realpathSync(dataDir) && OWN_FILES.test(basename(path))) {
    throw new OperatorError(`${path} is the service's own: choose another file`);
  }
  const present = statSync(path, { throwIfNoEntry: false });
  if (present && !present.isFile()) throw new OperatorError(`${path} is not a file`);
  if (present && !force) throw new OperatorError(`${path} is there already: choose another file, or give --force`);
  return path;
};

/**
 * One read transaction, which in WAL mode keeps nobody from writing. Not SQLite's backup API: that begins anew whenever
 * another process writes, and copies pages that are no longer used as well.
 */
const copy = (source: string, target: string): void => {
  using database = openSqlite(source);
  database.prepare('vacuum into ?').run(target);
};

/** @throws OperatorError when the copy is damaged, or does not open with the present key. */
const check = async (path: string, { dataDir, masterKey, warn }: BackupOptions): Promise<void> => {
  const copied = new DatabaseSync(path, { readOnly: true });
  await using db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(copied, systemClock) });
  await checkIntegrity(db);
  const row = await readKeyringRow(db);
  if (!row) throw new OperatorError('The database has no keys yet: start the service first');
  const files = [keyFilePath(dataDir), newKeyFilePath(dataDir)];
  const keys = masterKey ? [masterKey] : files.map((file) => readKeyFile(file, warn));
  if (!keys.some((key) => key && unwrapKeys(key, row))) {
    throw new OperatorError(
      masterKey
        ? 'PRIVET_ENCRYPTION_KEY does not open the database: nobody could use the backup'
        : `The key file ${keyFilePath(dataDir)} is missing or does not open the database: nobody could use the backup`,
    );
  }
};
