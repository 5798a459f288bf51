import type { KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import { type Clock, systemClock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type Archives, createArchives } from './archives.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { BUSY_MS, Contention } from './sqlite/contention.ts';
import { identityOf, prepareDataFolder, type Warn } from './sqlite/data-folder.ts';
import { databasePath, openDatabase, prepareDatabase, unusable } from './sqlite/database.ts';
import { guarded, StorageError } from './errors.ts';
import { checkAndMend } from './sqlite/integrity.ts';
import { createInstances, type Instances } from './instances.ts';
import { noteDatabase, refuseLostDatabase } from './sqlite/lost-database.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { createSignalKeys, type SignalKeys } from './signal-keys.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** All that outlives the process. A promise that resolves means that it is on disk. */
export interface Storage extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly instances: Instances;
  readonly credentials: Credentials & Archives;
  readonly signalKeys: SignalKeys;
  readonly outcomes: Outcomes;
  /** For the keyed hashes of the API tokens. */
  readonly tokenKey: KeyObject;
  /** Another process has the database locked, as was seen a moment ago: what can wait is better not written now. */
  readonly isBusy: boolean;
  /** Writes what is there already: rejects where nothing can be stored, as on a full disk. */
  probe(): Promise<void>;
  /** Resolves when the database answers, and is still the file of its name. */
  ping(): Promise<void>;
}

export interface StorageOptions {
  readonly dataDir: string;
  /** 32 bytes of the operator's own; undefined: the key file in the data folder, made with a new database. */
  readonly masterKey?: Uint8Array | undefined;
  readonly clock?: Clock | undefined;
  readonly warn?: Warn | undefined;
  /** Given: the database is checked first, and mended where it can be. Hears what was found; the service goes on. */
  readonly onDamage?: ((message: string) => void) | undefined;
}

/**
 * Opens the database of a data folder, or makes it. Several processes may have it open (the command line beside the
 * service); who serves it is a matter of `acquireOwnership`.
 * @throws OperatorError for what the operator has to mend: the folder, the key, a damaged or newer database.
 */
export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  const clock = options.clock ?? systemClock;
  const { dataDir, masterKey, warn = () => {}, onDamage } = options;
  const path = databasePath(dataDir);
  prepareDataFolder(dataDir, warn);
  refuseLostDatabase(path, dataDir, warn);

  const contention = new Contention(clock, {
    onLong: () =>
      warn(`Another process has had the database ${path} locked for ${BUSY_MS / 1000} s: what has to be written fails`),
    onFull: () => warn(`The disk of the database ${path} is full: what has to be written fails until there is room`),
  });
  const db = openDatabase(path, clock, contention, () =>
    warn(`The disk is full, so that commands beside this process find the database ${path} locked until it ends`),
  );
  try {
    const opened = identityOf(path);
    const keyringOptions = { dataDir, masterKey, warn };
    const { sealer, tokenKey } = await guarded('open', () => prepareDatabase(db, keyringOptions, clock));
    noteDatabase(path, warn);
    const damage = onDamage && (await guarded('check', () => checkAndMend(db)));
    if (damage !== undefined) onDamage?.(damage);
    return {
      accounts: createAccounts(db, clock),
      tokens: createTokens(db),
      instances: createInstances(db, sealer, clock),
      credentials: { ...createCredentials(db, sealer, clock), ...createArchives(db, sealer, clock) },
      signalKeys: createSignalKeys(db, sealer),
      outcomes: createOutcomes(db, sealer, () => clock.now()),
      tokenKey,
      get isBusy() {
        return contention.isBusy;
      },
      probe: () =>
        guarded('probe', async () => {
          // A number that nobody reads. Unlike a row, which SQLite leaves alone where it stays the same, it is written.
          await sql`pragma user_version = 0`.execute(db);
        }),
      ping: () =>
        guarded('ping', async () => {
          if (identityOf(path) !== opened) {
            throw new StorageError(
              'io',
              `The file ${path} was removed or replaced while it was open, and what is stored now is lost: end the service, and put the file back or restore a backup`,
            );
          }
          await db.selectFrom('keyring').select('id').executeTakeFirstOrThrow();
        }),
      [Symbol.asyncDispose]: () => db.destroy(),
    };
  } catch (cause) {
    await db.destroy();
    if (cause instanceof OperatorError) throw cause;
    throw unusable(path, cause);
  }
};
