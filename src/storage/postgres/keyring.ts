import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../errors.ts';
import type { Tables } from '../schema.ts';
import { type Keyring, type KeyringRow, toKeyring, unwrapKeys } from '../sealing/keyring.ts';

/** Undefined when the database has no keyring yet, or is none of ours. */
export const readKeyringRow = async (db: Kysely<Tables>): Promise<KeyringRow | undefined> => {
  const { rows } = await sql<{ isThere: boolean }>`
    select to_regclass(quote_ident(current_schema()) || '.keyring') is not null as "isThere"`.execute(db);
  if (rows[0]?.isThere !== true) return undefined;
  return db.selectFrom('keyring').select(['data_key', 'token_key']).executeTakeFirst();
};

/**
 * Opens the keyring; undefined when the database has none yet.
 * @throws OperatorError when it is another key's.
 */
export const openKeyring = async (db: Kysely<Tables>, masterKey: Uint8Array): Promise<Keyring | undefined> => {
  const row = await readKeyringRow(db);
  if (!row) return undefined;
  const keys = unwrapKeys(masterKey, row);
  if (keys) return toKeyring(keys);
  throw new OperatorError('PRIVET_ENCRYPTION_KEY does not open the existing database: set the key it was made with');
};
