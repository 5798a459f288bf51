import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { OperatorError } from '../errors.ts';
import { keyFilePath, readKeyFile, type Warn, writeKeyFile } from './data-folder.ts';
import { SealError } from './errors.ts';
import type { Tables } from './schema.ts';
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

const place = (id: 'data' | 'token') => ({ account: '', instance: '', type: 'keyring', id });

const tableExists = async (db: Kysely<Tables>): Promise<boolean> => {
  const tables = await db.introspection.getTables();
  return tables.some((table) => table.name === 'keyring');
};

/**
 * Opens the keyring; undefined when the database has none yet. Changes nothing on disk.
 * @throws OperatorError when the master key is missing or another one.
 */
export const openKeyring = async (db: Kysely<Tables>, options: KeyringOptions): Promise<Keyring | undefined> => {
  if (!(await tableExists(db))) return undefined;
  const row = await db.selectFrom('keyring').selectAll().executeTakeFirst();
  if (!row) return undefined;

  const keyFile = keyFilePath(options.dataDir);
  const masterKey = options.masterKey ?? readKeyFile(options.dataDir, options.warn);
  if (!masterKey) {
    throw new OperatorError(
      `The key of the existing database is missing: restore ${keyFile} from a backup, or set PRIVET_ENCRYPTION_KEY`,
    );
  }
  try {
    const master = new Sealer(masterKey);
    return {
      sealer: new Sealer(master.open(place('data'), row.data_key)),
      tokenKey: createSecretKey(master.open(place('token'), row.token_key)),
    };
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new OperatorError(
      options.masterKey
        ? `PRIVET_ENCRYPTION_KEY does not open the existing database: set the key it was made with, or unset it if that is ${keyFile}`
        : `The key file ${keyFile} does not open the existing database: restore the one it was made with, or set PRIVET_ENCRYPTION_KEY`,
      { cause },
    );
  }
};

/**
 * Makes the keys of a new database. Run it inside a write transaction: that keeps a second process from making its own
 * at the same time, and the key file is on disk for certain before the row that can't be opened without it.
 */
export const createKeyring = async (db: Kysely<Tables>, options: KeyringOptions, now: number): Promise<Keyring> => {
  let masterKey = options.masterKey ?? readKeyFile(options.dataDir, options.warn);
  if (!masterKey) {
    masterKey = randomBytes(KEY_BYTES);
    writeKeyFile(options.dataDir, masterKey);
  }
  const master = new Sealer(masterKey);
  const dataKey = randomBytes(KEY_BYTES);
  const tokenKey = randomBytes(KEY_BYTES);
  await db
    .insertInto('keyring')
    .values({
      id: 1,
      data_key: master.seal(place('data'), dataKey),
      token_key: master.seal(place('token'), tokenKey),
      created_at: now,
    })
    .execute();
  return { sealer: new Sealer(dataKey), tokenKey: createSecretKey(tokenKey) };
};
