import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { Contention } from '../dialects/contention.ts';
import { guarded } from '../errors.ts';
import type { Tables } from '../schema.ts';
import { unwrapKeys, wrapKeys } from '../sealing/keyring.ts';
import { connectionConfig, placeOf, unusable } from './connection.ts';
import { readKeyringRow } from './keyring.ts';
import { connect } from './kysely.ts';

export interface ServerRotationOptions {
  readonly url: string;
  readonly masterKey: Uint8Array;
  readonly newMasterKey: Uint8Array;
  readonly clock: Clock;
}

/**
 * Seals the database's keys under a new master key, in one transaction. What they seal stays as it is, so a service that
 * runs, which has them in memory, notices nothing.
 * @returns false where the database was under the new key before
 */
export const rotateServerKey = async ({ url, clock, ...keys }: ServerRotationOptions): Promise<boolean> => {
  const db = connect(connectionConfig(url), { clock, contention: new Contention(clock), most: 1 });
  try {
    return await guarded('keys.rewrap', () => db.transaction().execute((tx) => rewrap(tx, url, keys)));
  } catch (cause) {
    throw unusable(url, cause);
  } finally {
    await db.destroy();
  }
};

const rewrap = async (
  tx: Kysely<Tables>,
  url: string,
  { masterKey, newMasterKey }: Pick<ServerRotationOptions, 'masterKey' | 'newMasterKey'>,
): Promise<boolean> => {
  if (Buffer.compare(newMasterKey, masterKey) === 0) {
    throw new OperatorError('The new key is the present one: nothing is changed');
  }
  if (!(await readKeyringRow(tx))) {
    throw new OperatorError(`The database ${placeOf(url)} has no keys yet: start the service first`);
  }
  // Of two at once the second one sees what the first did.
  const row = await tx.selectFrom('keyring').select(['data_key', 'token_key']).forUpdate().executeTakeFirstOrThrow();
  const keys = unwrapKeys(masterKey, row);
  if (!keys) {
    if (unwrapKeys(newMasterKey, row)) return false;
    throw new OperatorError('PRIVET_ENCRYPTION_KEY does not open the database: nothing is changed');
  }
  await tx.updateTable('keyring').set(wrapKeys(newMasterKey, keys)).execute();
  return true;
};
