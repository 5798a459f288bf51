import { createHash } from 'node:crypto';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { blindKey, blindRequest } from './sealing/blind-outcomes.ts';
import { inTransaction } from './database.ts';
import { guarded } from './errors.ts';
import { accountOf } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';

/** Whose key it is: two callers may use the same key for different calls. */
export interface KeyedCaller {
  readonly kind: 'token' | 'job';
  readonly id: string;
}

/** A call that its caller gave a key, so that sending it twice does its work once. */
export interface KeyedCall {
  readonly caller: KeyedCaller;
  readonly key: string;
  readonly instanceId: string;
  /** What was asked for, as text: the same key with another text is another call. */
  readonly request: string;
}

/** What came of a call, as text in a form of that version. */
export interface KeptOutcome {
  readonly version: number;
  readonly text: string;
}

/** So many are kept of one caller. A token may make more in a day: of those that have ended the oldest are deleted. */
const MOST_OF_A_CALLER = 10_000;
/** So many are deleted at once where there are more from before this bound existed. */
const DROPPED_AT_ONCE = 100;

/** What is known of a keyed call when it comes in. */
export type KeyedStart =
  /** Not seen before: it is noted as running now. */
  | { readonly kind: 'new' }
  /** `owner`: the run of the service that has it under way, or had; undefined where it has ended just now. */
  | { readonly kind: 'running'; readonly owner: string | undefined }
  | { readonly kind: 'other_request' }
  | { readonly kind: 'done'; readonly outcome: KeptOutcome };

/** The outcomes of calls with a key, for as long as callers may send them again. A call that runs is its owner's alone. */
export interface Outcomes {
  begin(call: KeyedCall, owner: string): Promise<KeyedStart>;
  /** Notes that it runs anew, where `from` has it still; false otherwise. */
  takeOver(call: KeyedCall, from: string, to: string): Promise<boolean>;
  /** Keeps the outcome, sealed; of a call that another run has taken over, nothing. */
  finish(call: KeyedCall, owner: string, outcome: KeptOutcome): Promise<void>;
  /** The call came to nothing: it may run again. */
  forget(call: KeyedCall, owner: string): Promise<void>;
  /** The runs of the service that have calls under way, or left them so. */
  owners(): Promise<string[]>;
  /** Forgets all that a run left under way which has ended: those calls may run again, and will see what holds. */
  forgetAllOf(owner: string): Promise<void>;
  /** Deletes what began before `time` (epoch milliseconds) and has ended, `most` at the most; returns how many. */
  purge(time: number, most: number): Promise<number>;
}

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/** A caller's name in sealed and hashed values. A token's id has no colon, so that no two callers share a name. */
const nameOf = ({ kind, id }: KeyedCaller): string => (kind === 'token' ? id : `${kind}:${id}`);

/** Calls that run are kept: without their rows the same work could be done twice at once. */
const dropSurplus = async (tx: Kysely<Tables>, { kind, id }: KeyedCaller): Promise<void> => {
  const own = tx.selectFrom('outcomes').where('caller_kind', '=', kind).where('caller_id', '=', id);
  const { all } = await own.select((row) => row.fn.countAll<number>().as('all')).executeTakeFirstOrThrow();
  if (all <= MOST_OF_A_CALLER) return;
  const surplus = Math.min(DROPPED_AT_ONCE, all - MOST_OF_A_CALLER);
  const oldest = own.select('key_hash').where('owner', 'is', null).orderBy('created_at').limit(surplus);
  await tx
    .deleteFrom('outcomes')
    .where('caller_kind', '=', kind)
    .where('caller_id', '=', id)
    .where('key_hash', 'in', oldest)
    .execute();
};

export const createOutcomes = (db: Kysely<Tables>, sealer: Sealer, now: () => number): Outcomes => {
  const place = (account: string, call: KeyedCall) => ({
    account,
    instance: call.instanceId,
    type: 'outcome',
    id: JSON.stringify([nameOf(call.caller), call.key]),
  });
  const row = ({ caller, key }: KeyedCall) =>
    ({
      caller_kind: caller.kind,
      caller_id: caller.id,
      key_hash: blindKey(sealer, nameOf(caller), hashOf(key)),
    }) satisfies Partial<Tables['outcomes']>;
  const fingerprintOf = ({ caller, key, instanceId, request }: KeyedCall): Uint8Array => {
    const at = { caller: nameOf(caller), instanceId, keyHash: hashOf(key) };
    return blindRequest(sealer, at, hashOf(JSON.stringify([instanceId, request])));
  };
  const isCall = (call: KeyedCall) => (eb: ExpressionBuilder<Tables, 'outcomes'>) => eb.and(row(call));

  return {
    begin: (call, owner) =>
      guarded('outcomes.begin', async () => {
        const fingerprint = fingerprintOf(call);
        const { instanceId: instance_id } = call;
        const running = { sealed: null, version: null, owner, created_at: now() };
        const isNew = await inTransaction(db, async (tx) => {
          // Not by the error of a second one, which would end a transaction on Postgres.
          const insert = tx
            .insertInto('outcomes')
            .values({ ...row(call), instance_id, fingerprint, ...running })
            .onConflict((conflict) => conflict.doNothing());
          const { numInsertedOrUpdatedRows = 0n } = await insert.executeTakeFirstOrThrow();
          if (numInsertedOrUpdatedRows === 0n) return false;
          await dropSurplus(tx, call.caller);
          return true;
        });
        if (isNew) return { kind: 'new' };
        const known = await db.selectFrom('outcomes').selectAll().where(isCall(call)).executeTakeFirst();
        if (!known) return { kind: 'running', owner: undefined };
        if (Buffer.compare(known.fingerprint, fingerprint) !== 0) return { kind: 'other_request' };
        if (known.sealed === null) return { kind: 'running', owner: known.owner ?? undefined };
        const text = sealer.openText(place(await accountOf(db, call.instanceId), call), known.sealed);
        return { kind: 'done', outcome: { version: known.version ?? 0, text } };
      }),

    takeOver: (call, from, to) =>
      guarded('outcomes.takeOver', async () => {
        const anew = db.updateTable('outcomes').set({ owner: to, created_at: now() });
        const { numUpdatedRows } = await anew.where(isCall(call)).where('owner', '=', from).executeTakeFirstOrThrow();
        return numUpdatedRows > 0n;
      }),

    finish: (call, owner, { version, text }) =>
      guarded('outcomes.finish', async () => {
        const sealed = sealer.sealText(place(await accountOf(db, call.instanceId), call), text);
        const ended = db.updateTable('outcomes').set({ sealed, version, owner: null });
        await ended.where(isCall(call)).where('owner', '=', owner).execute();
      }),

    forget: (call, owner) =>
      guarded('outcomes.forget', async () => {
        await db.deleteFrom('outcomes').where(isCall(call)).where('owner', '=', owner).execute();
      }),

    owners: () =>
      guarded('outcomes.owners', async () => {
        const rows = await db
          .selectFrom('outcomes')
          .select('owner')
          .distinct()
          .where('owner', 'is not', null)
          .execute();
        return rows.flatMap(({ owner }) => owner ?? []);
      }),

    forgetAllOf: (owner) =>
      guarded('outcomes.forgetAllOf', async () => {
        await db.deleteFrom('outcomes').where('owner', '=', owner).execute();
      }),

    purge: (time, most) =>
      guarded('outcomes.purge', async () => {
        const some = db
          .selectFrom('outcomes')
          .select(['caller_kind', 'caller_id', 'key_hash'])
          .where('created_at', '<', time)
          .where('owner', 'is', null)
          .limit(most);
        const { numDeletedRows } = await db
          .deleteFrom('outcomes')
          .where((outcome) =>
            outcome(
              outcome.refTuple('caller_kind', 'caller_id', 'key_hash'),
              'in',
              some.$asTuple('caller_kind', 'caller_id', 'key_hash'),
            ),
          )
          .executeTakeFirstOrThrow();
        return Number(numDeletedRows);
      }),
  };
};
