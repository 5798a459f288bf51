import { type Kysely, sql } from 'kysely';
import { blindKey, blindRequest } from '../../sealing/blind-outcomes.ts';
import type { Sealer } from '../../sealing/seal.ts';

interface Row {
  token_id: string;
  key_hash: Uint8Array;
  instance_id: string;
  fingerprint: Uint8Array;
}

/**
 * Plain hashes of what few values there are can be guessed: they become keyed ones. Only a database that has a keyring
 * has such rows. And how many outcomes a token has can be counted by the index.
 */
export const keyOutcomes =
  (sealer: Sealer | undefined) =>
  async (db: Kysely<unknown>): Promise<void> => {
    await sql`create index outcomes_by_token on outcomes (token_id, created_at)`.execute(db);
    const { rows } = await sql<Row>`select token_id, key_hash, instance_id, fingerprint from outcomes`.execute(db);
    for (const { token_id, key_hash, instance_id, fingerprint } of rows) {
      if (!sealer) throw new TypeError('A database without keys has outcomes');
      const hash = blindKey(sealer, token_id, key_hash);
      const request = blindRequest(
        sealer,
        { caller: token_id, instanceId: instance_id, keyHash: key_hash },
        fingerprint,
      );
      await sql`update outcomes set key_hash = ${hash}, fingerprint = ${request}
        where token_id = ${token_id} and key_hash = ${key_hash}`.execute(db);
    }
  };
