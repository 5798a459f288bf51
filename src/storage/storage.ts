import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { type Clock, systemClock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { createPrivately, prepareDataFolder, type Warn } from './data-folder.ts';
import { NodeSqliteDialect, openSqlite } from './dialect.ts';
import { guarded } from './errors.ts';
import { createInstances, type Instances } from './instances.ts';
import { createKeyring, type Keyring, openKeyring } from './keyring.ts';
import { migrate } from './migrations/index.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import type { Tables } from './schema.ts';
import { createSignalKeys, type SignalKeys } from './signal-keys.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** All that outlives the process. A promise that resolves means that it is on disk. */
export interface Storage extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly instances: Instances;
  readonly credentials: Credentials;
  readonly signalKeys: SignalKeys;
  readonly outcomes: Outcomes;
  /** For the keyed hashes of the API tokens. */
  readonly tokenKey: KeyObject;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
}

export interface StorageOptions {
  readonly dataDir: string;
  /** 32 bytes of the operator's own; undefined: the key file in the data folder, made with a new database. */
  readonly masterKey?: Uint8Array | undefined;
  readonly clock?: Clock | undefined;
  readonly warn?: Warn | undefined;
}

export const databasePath = (dataDir: string): string => join(dataDir, 'privet.db');

/** Migrates and opens the keyring, in one transaction: with a wrong key nothing is changed. */
const prepare = async (db: Kysely<Tables>, options: StorageOptions, clock: Clock): Promise<Keyring> => {
  const keyringOptions = { dataDir: options.dataDir, masterKey: options.masterKey, warn: options.warn ?? (() => {}) };
  return db.transaction().execute(async (tx) => {
    const keyring = await openKeyring(tx, keyringOptions);
    await migrate(tx);
    return keyring ?? (await createKeyring(tx, keyringOptions, clock.now()));
  });
};

/**
 * Opens the database of a data folder, or makes it. Several processes may have it open (the command line beside the
 * service); who serves it is a matter of `acquireOwnership`.
 * @throws OperatorError for what the operator has to mend: the folder, the key, a damaged or newer database.
 */
export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  const clock = options.clock ?? systemClock;
  const path = databasePath(options.dataDir);
  prepareDataFolder(options.dataDir, options.warn ?? (() => {}));

  const db = await openDatabase(path);
  try {
    const { sealer, tokenKey } = await guarded('open', () => prepare(db, options, clock));
    return {
      accounts: createAccounts(db, clock),
      tokens: createTokens(db),
      instances: createInstances(db, sealer, clock),
      credentials: createCredentials(db, sealer, clock),
      signalKeys: createSignalKeys(db, sealer),
      outcomes: createOutcomes(db, sealer, () => clock.now()),
      tokenKey,
      ping: () =>
        guarded('ping', async () => {
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

const openDatabase = async (path: string): Promise<Kysely<Tables>> => {
  try {
    createPrivately(path);
    return new Kysely<Tables>({ dialect: new NodeSqliteDialect(openSqlite(path)) });
  } catch (cause) {
    throw unusable(path, cause);
  }
};

const unusable = (path: string, cause: unknown): OperatorError =>
  new OperatorError(`Can't use the database ${path}: ${cause instanceof Error ? cause.message : 'unknown'}`, { cause });
