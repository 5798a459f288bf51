import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { blindKey, blindRequest } from './sealing/blind-outcomes.ts';
import { inTransaction } from './database.ts';
import { guarded } from './errors.ts';
import { accountOf } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';

/** A call that its caller gave a key, so that sending it twice does its work once. */
export interface KeyedCall {
  readonly tokenId: string;
  readonly key: string;
  readonly instanceId: string;
  /** What was asked for, as text: the same key with another text is another call. */
  readonly request: string;
}

/** So many are kept of one token; those that ended go, the oldest first. A token may make more than that in a day. */
const MOST_OF_A_TOKEN = 10_000;
/** Where there are more from before there was that bound, so many go with each new one. */
const DROPPED_AT_ONCE = 100;

/** What is known of a keyed call when it comes in. */
export type KeyedStart =
  /** Not seen before: it is noted as running now. */
  | { readonly kind: 'new' }
  | { readonly kind: 'running' }
  | { readonly kind: 'other_request' }
  | { readonly kind: 'done'; readonly outcome: string };

/** The outcomes of calls with a key, for as long as callers may send them again. */
export interface Outcomes {
  begin(call: KeyedCall): Promise<KeyedStart>;
  /** Keeps the outcome, sealed. */
  finish(call: KeyedCall, outcome: string): Promise<void>;
  /** The call came to nothing: it may run again. */
  forget(call: KeyedCall): Promise<void>;
  /**
   * Forgets calls that began before `time` (epoch milliseconds) and were left running by a process that ended: they may
   * run again, and will see what holds.
   */
  forgetRunning(time: number): Promise<void>;
  /** Deletes what began before `time` (epoch milliseconds), `most` at the most; returns how many. */
  purge(time: number, most: number): Promise<number>;
}

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/** Not those that run: their callers would be free to do the same work twice at once. */
const dropSurplus = async (tx: Kysely<Tables>, tokenId: string): Promise<void> => {
  const { all } = await tx
    .selectFrom('outcomes')
    .select((row) => row.fn.countAll<number>().as('all'))
    .where('token_id', '=', tokenId)
    .executeTakeFirstOrThrow();
  if (all <= MOST_OF_A_TOKEN) return;
  const ended = tx.selectFrom('outcomes').select('key_hash').where('token_id', '=', tokenId);
  const surplus = Math.min(DROPPED_AT_ONCE, all - MOST_OF_A_TOKEN);
  const oldest = ended.where('sealed', 'is not', null).orderBy('created_at').limit(surplus);
  await tx.deleteFrom('outcomes').where('token_id', '=', tokenId).where('key_hash', 'in', oldest).execute();
};

export const createOutcomes = (db: Kysely<Tables>, sealer: Sealer, now: () => number): Outcomes => {
  const place = (account: string, call: KeyedCall) => ({
    account,
    instance: call.instanceId,
    type: 'outcome',
    id: JSON.stringify([call.tokenId, call.key]),
  });
  const row = ({ tokenId, key }: KeyedCall) =>
    ({ token_id: tokenId, key_hash: blindKey(sealer, tokenId, hashOf(key)) }) satisfies Partial<Tables['outcomes']>;
  const fingerprintOf = ({ tokenId, key, instanceId, request }: KeyedCall): Uint8Array => {
    const at = { tokenId, instanceId, keyHash: hashOf(key) };
    return blindRequest(sealer, at, hashOf(JSON.stringify([instanceId, request])));
  };

  return {
    begin: (call) =>
      guarded('outcomes.begin', async () => {
        const fingerprint = fingerprintOf(call);
        const { instanceId: instance_id } = call;
        const values = { ...row(call), instance_id, fingerprint, sealed: null, created_at: now() };
        const isNew = await inTransaction(db, async (tx) => {
          // Not by the error of a second one, which would end a transaction on Postgres.
          const insert = tx
            .insertInto('outcomes')
            .values(values)
            .onConflict((conflict) => conflict.doNothing());
          const { numInsertedOrUpdatedRows = 0n } = await insert.executeTakeFirstOrThrow();
          if (numInsertedOrUpdatedRows === 0n) return false;
          await dropSurplus(tx, call.tokenId);
          return true;
        });
        if (isNew) return { kind: 'new' };
        const { token_id, key_hash } = row(call);
        const query = db.selectFrom('outcomes').selectAll().where('token_id', '=', token_id);
        const known = await query.where('key_hash', '=', key_hash).executeTakeFirst();
        if (!known) return { kind: 'running' };
        if (Buffer.compare(known.fingerprint, fingerprint) !== 0) return { kind: 'other_request' };
        if (known.sealed === null) return { kind: 'running' };
        const outcome = sealer.openText(place(await accountOf(db, call.instanceId), call), known.sealed);
        return { kind: 'done', outcome };
      }),

    finish: (call, outcome) =>
      guarded('outcomes.finish', async () => {
        const sealed = sealer.sealText(place(await accountOf(db, call.instanceId), call), outcome);
        const { token_id, key_hash } = row(call);
        const update = db.updateTable('outcomes').set({ sealed }).where('token_id', '=', token_id);
        await update.where('key_hash', '=', key_hash).execute();
      }),

    forget: (call) =>
      guarded('outcomes.forget', async () => {
        const { token_id, key_hash } = row(call);
        await db.deleteFrom('outcomes').where('token_id', '=', token_id).where('key_hash', '=', key_hash).execute();
      }),

    forgetRunning: (time) =>
      guarded('outcomes.forgetRunning', async () => {
        await db.deleteFrom('outcomes').where('sealed', 'is', null).where('created_at', '<', time).execute();
      }),

    purge: (time, most) =>
      guarded('outcomes.purge', async () => {
        const ended = db.selectFrom('outcomes').where('created_at', '<', time).where('sealed', 'is not', null);
        const some = ended.select(['token_id', 'key_hash']).limit(most);
        const { numDeletedRows } = await db
          .deleteFrom('outcomes')
          .where((row) => row(row.refTuple('token_id', 'key_hash'), 'in', some.$asTuple('token_id', 'key_hash')))
          .executeTakeFirstOrThrow();
        return Number(numDeletedRows);
      }),
  };
};
