import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../errors.ts';
import type { Warn } from '../sqlite/data-folder.ts';
import { SealError } from '../errors.ts';
import { keyFilePath, newKeyFilePath, readKeyFile, takeNewKeyFile, writeKeyFile } from './key-file.ts';
import type { Tables } from '../schema.ts';
import { KEY_BYTES, Sealer } from './seal.ts';

/** The keys of one database. The master key opens only these, so that it can be changed without sealing all anew. */
export interface Keyring {
  readonly sealer: Sealer;
  /** For the keyed hashes of the API tokens. */
  readonly tokenKey: KeyObject;
}

export interface KeyringOptions {
  readonly dataDir: string;
  /** The operator's own master key; undefined: the key file. */
  readonly masterKey?: Uint8Array | undefined;
  readonly warn: Warn;
}

/** The keys themselves, as they are sealed in the row. */
export interface RawKeys {
  readonly data: Uint8Array;
  readonly token: Uint8Array;
}
export type KeyringRow = Pick<Tables['keyring'], 'data_key' | 'token_key'>;

const place = (id: 'data' | 'token') => ({ account: '', instance: '', type: 'keyring', id });

/** Undefined when the database has no keyring yet, or is none of ours. */
export const readKeyringRow = async (db: Kysely<Tables>): Promise<KeyringRow | undefined> => {
  // Not by Kysely's introspection, which writes nothing but asks about every table.
  const { rows } = await sql`select 1 from sqlite_schema where type = 'table' and name = 'keyring'`.execute(db);
  if (rows.length === 0) return undefined;
  return db.selectFrom('keyring').select(['data_key', 'token_key']).executeTakeFirst();
};

export const wrapKeys = (masterKey: Uint8Array, { data, token }: RawKeys): KeyringRow => {
  const master = new Sealer(masterKey);
  return { data_key: master.seal(place('data'), data), token_key: master.seal(place('token'), token) };
};

/** Undefined when it is not the row's master key. */
export const unwrapKeys = (masterKey: Uint8Array, row: KeyringRow): RawKeys | undefined => {
  try {
    const master = new Sealer(masterKey);
    return { data: master.open(place('data'), row.data_key), token: master.open(place('token'), row.token_key) };
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
};

export const toKeyring = ({ data, token }: RawKeys): Keyring => ({
  sealer: new Sealer(data),
  tokenKey: createSecretKey(token),
});

const notOpened = (options: KeyringOptions, hasKeyFile: boolean): OperatorError => {
  const keyFile = keyFilePath(options.dataDir);
  if (options.masterKey) {
    return new OperatorError(
      `PRIVET_ENCRYPTION_KEY does not open the existing database: set the key it was made with, or unset it if that is ${keyFile}`,
    );
  }
  return new OperatorError(
    hasKeyFile
      ? `The key file ${keyFile} does not open the existing database: restore the one it was made with, or set PRIVET_ENCRYPTION_KEY`
      : `The key of the existing database is missing: restore ${keyFile} from a backup, or set PRIVET_ENCRYPTION_KEY`,
  );
};

/**
 * Opens the keyring; undefined when the database has none yet. Run it inside a write transaction, as everything that
 * changes key files: a new key file that a rotation left behind, and that opens the row, is taken into place here.
 * @throws OperatorError when the master key is missing or another one; then nothing is changed.
 */
export const openKeyring = async (db: Kysely<Tables>, options: KeyringOptions): Promise<Keyring | undefined> => {
  const row = await readKeyringRow(db);
  if (!row) return undefined;
  const { dataDir, warn } = options;
  const masterKey = options.masterKey ?? readKeyFile(keyFilePath(dataDir), warn);
  const keys = masterKey && unwrapKeys(masterKey, row);
  if (keys) return toKeyring(keys);

  const newKey = options.masterKey ? undefined : readKeyFile(newKeyFilePath(dataDir), warn);
  const newKeys = newKey && unwrapKeys(newKey, row);
  if (!newKeys) throw notOpened(options, masterKey !== undefined);
  takeNewKeyFile(dataDir, warn);
  return toKeyring(newKeys);
};

/**
 * Makes the keys of a new database. Run it inside a write transaction: that keeps a second process from making its own
 * at the same time, and the key file is on disk for certain before the row that can't be opened without it.
 */
export const createKeyring = async (db: Kysely<Tables>, options: KeyringOptions, now: number): Promise<Keyring> => {
  const keyFile = keyFilePath(options.dataDir);
  let masterKey = options.masterKey ?? readKeyFile(keyFile, options.warn);
  if (!masterKey) {
    masterKey = randomBytes(KEY_BYTES);
    writeKeyFile(keyFile, masterKey);
  }
  return insertKeyring(db, masterKey, now);
};

/** New keys, under a master key that is kept already. */
export const insertKeyring = async (db: Kysely<Tables>, masterKey: Uint8Array, now: number): Promise<Keyring> => {
  const keys = { data: randomBytes(KEY_BYTES), token: randomBytes(KEY_BYTES) };
  await db
    .insertInto('keyring')
    .values({ id: 1, ...wrapKeys(masterKey, keys), created_at: now })
    .execute();
  return toKeyring(keys);
};
