import { type Kysely, sql } from 'kysely';
import { PrivetError } from '../errors.ts';
import { inTransaction } from './database.ts';
import { guarded } from './errors.ts';
import type { Tables } from './schema.ts';

/** What is kept of an API token: never its text. Times are epoch milliseconds. */
export interface TokenRecord {
  /** Public: part of the token's text, and safe to log. */
  readonly id: string;
  readonly accountId: string;
  /** Set for a token that reaches this instance alone. */
  readonly instanceId?: string | undefined;
  /** Keyed hash of the whole text. */
  readonly hash: Uint8Array;
  readonly scopes: readonly string[];
  readonly label: string;
  readonly createdAt: number;
  readonly expiresAt?: number | undefined;
  readonly revokedAt?: number | undefined;
  readonly lastUsedAt?: number | undefined;
  /** The id of the first of the tokens that replaced one another; absent: its own. */
  readonly family?: string | undefined;
}

/** Where a page of tokens begins: behind the one that was made then and has this id. */
export interface TokenPlace {
  readonly createdAt: number;
  readonly id: string;
}

export interface Tokens {
  /**
   * Also deletes those of the account that ended long ago, and of a great many the ones that ended first.
   * @throws PrivetError CONFLICT when as many as allowed work already.
   */
  insert(token: TokenRecord): Promise<void>;
  findById(id: string): Promise<TokenRecord | undefined>;
  findByHash(hash: Uint8Array): Promise<TokenRecord | undefined>;
  /** The oldest first; with `instanceId` only that instance's. */
  listByAccount(accountId: string, instanceId?: string): Promise<TokenRecord[]>;
  /** Those that work at `now`, the oldest first: of the account as a whole, or with `instanceId` that instance's. */
  working(accountId: string, instanceId: string | undefined, now: number): Promise<TokenRecord[]>;
  /** The same, at most `first` of them, behind a place in the list. */
  page(
    accountId: string,
    page: { readonly first: number; readonly after?: TokenPlace | undefined; readonly instanceId?: string | undefined },
  ): Promise<TokenRecord[]>;
  /** How many the account has, or with `instanceId` that instance. */
  count(accountId: string, instanceId: string | undefined): Promise<number>;
  /** Those of `ids` that neither are revoked nor have expired at `now`. */
  workingAmong(ids: readonly string[], now: number): Promise<string[]>;
  /** False when there is none, or it was revoked before. */
  revoke(id: string, at: number): Promise<boolean>;
  /** Makes it end at `at`, unless it ends earlier anyway. */
  expire(id: string, at: number): Promise<void>;
  /** Gives it another label. */
  relabel(id: string, label: string): Promise<void>;
  /** Notes when it was last used. */
  touch(id: string, at: number): Promise<void>;
}

/** The label of a token that came through the environment, in the variable of this name. */
export const GIVEN_TOKEN_LABEL = 'PRIVET_ACCOUNT_TOKEN';
/** The label of a first account's token until it is noted that somebody was shown its text. */
export const UNSHOWN_TOKEN_LABEL = 'first (not known to have been shown)';
/** What no caller may name a token. */
export const RESERVED_LABELS = [GIVEN_TOKEN_LABEL, UNSHOWN_TOKEN_LABEL] as const;

/** How many may work at a time: tokens of the account as a whole, and those of each of its instances. */
const MOST_ACCOUNT_TOKENS = 1000;
const MOST_INSTANCE_TOKENS = 100;
/** For how long a token that ended is still listed: 30 days. */
const KEEP_ENDED_MS = 30 * 24 * 3_600_000;
/** And how many of an account: so many that were revoked, and as many that have expired. */
const MOST_ENDED = 1000;
/** So many go at a time: a new token comes with one of them at most, unless there were more from before. */
const DELETED_AT_ONCE = 100;

/** A query has so many parameters at most: SQLite takes 32,766. */
const MOST_IDS = 500;

const toRecord = (row: Tables['tokens']): TokenRecord => ({
  id: row.id,
  accountId: row.account_id,
  instanceId: row.instance_id ?? undefined,
  hash: row.hash,
  scopes: row.scopes.split(' ').filter((scope) => scope !== ''),
  label: row.label,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
  family: row.family,
});

const deleteEnded = async (tx: Kysely<Tables>, accountId: string, now: number): Promise<void> => {
  for (const end of ['revoked_at', 'expires_at'] as const) {
    const endedBy = (at: number) =>
      tx
        .selectFrom('tokens')
        .select('id')
        .where('account_id', '=', accountId)
        .where(end, '<=', at)
        // The variable may still hold it: forgotten, it would be taken for a new one at the next start, and work again.
        .where('label', '!=', GIVEN_TOKEN_LABEL)
        .limit(DELETED_AT_ONCE);
    const old = endedBy(now - KEEP_ENDED_MS);
    const tooMany = endedBy(now).orderBy(end, 'desc').offset(MOST_ENDED);
    for (const ids of [old, tooMany]) await tx.deleteFrom('tokens').where('id', 'in', ids).execute();
  }
};

/** Those that work at `now`. The conditions are the index's, so that ended ones are not even looked at. */
const workingOf = (db: Kysely<Tables>, accountId: string, instanceId: string | undefined, now: number) =>
  db
    .selectFrom('tokens')
    .where('account_id', '=', accountId)
    .where('instance_id', instanceId === undefined ? 'is' : '=', instanceId ?? null)
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]));

/** The oldest first, as the indexes have them. An instance is of one account: the "||" keeps its index the one that is used. */
const listed = (db: Kysely<Tables>, accountId: string, instanceId: string | undefined) => {
  const all = db.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id');
  return instanceId === undefined
    ? all.where('account_id', '=', accountId)
    : all.where('instance_id', '=', instanceId).where(sql<boolean>`account_id || '' = ${accountId}`);
};

const requireRoom = async (tx: Kysely<Tables>, { accountId, instanceId, createdAt: now }: TokenRecord) => {
  // Held to the end: two that count at once would both find room for one.
  await (instanceId === undefined
    ? tx.selectFrom('accounts').select('id').where('id', '=', accountId).forUpdate().execute()
    : tx.selectFrom('instances').select('id').where('id', '=', instanceId).forUpdate().execute());
  const { working } = await workingOf(tx, accountId, instanceId, now)
    .select((row) => row.fn.countAll<number>().as('working'))
    .executeTakeFirstOrThrow();
  const [owner, most] =
    instanceId === undefined ? ['account', MOST_ACCOUNT_TOKENS] : ['instance', MOST_INSTANCE_TOKENS];
  if (working >= most) {
    throw new PrivetError('CONFLICT', `The ${owner} has ${most} tokens that work, the most it can have: revoke some`);
  }
};

export const createTokens = (db: Kysely<Tables>): Tokens => ({
  insert: (token) =>
    guarded('tokens.insert', async () => {
      await inTransaction(db, async (tx) => {
        await deleteEnded(tx, token.accountId, token.createdAt);
        await requireRoom(tx, token);
        const values = {
          id: token.id,
          account_id: token.accountId,
          instance_id: token.instanceId ?? null,
          hash: token.hash,
          scopes: token.scopes.join(' '),
          label: token.label,
          created_at: token.createdAt,
          expires_at: token.expiresAt ?? null,
          revoked_at: token.revokedAt ?? null,
          last_used_at: token.lastUsedAt ?? null,
          family: token.family ?? token.id,
        };
        await tx.insertInto('tokens').values(values).execute();
      });
    }),

  findById: (id) =>
    guarded('tokens.findById', async () => {
      const row = await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRecord(row);
    }),

  findByHash: (hash) =>
    guarded('tokens.findByHash', async () => {
      const row = await db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
      return row && toRecord(row);
    }),

  listByAccount: (accountId, instanceId) =>
    guarded('tokens.listByAccount', async () => {
      const rows = await listed(db, accountId, instanceId).execute();
      return rows.map(toRecord);
    }),

  working: (accountId, instanceId, now) =>
    guarded('tokens.working', async () => {
      const working = workingOf(db, accountId, instanceId, now).selectAll();
      // The "+" keeps it from an index that has the order, and the ended ones too.
      return (
        await working
          .orderBy(sql`+created_at`)
          .orderBy('id')
          .execute()
      ).map(toRecord);
    }),

  page: (accountId, { first, after, instanceId }) =>
    guarded('tokens.page', async () => {
      const all = listed(db, accountId, instanceId);
      const rest = !after
        ? all
        : all.where((eb) => eb(eb.refTuple('created_at', 'id'), '>', eb.tuple(after.createdAt, after.id)));
      return (await rest.limit(first).execute()).map(toRecord);
    }),

  count: (accountId, instanceId) =>
    guarded('tokens.count', async () => {
      const all = listed(db, accountId, instanceId).clearSelect().clearOrderBy();
      const { tokens } = await all.select((row) => row.fn.countAll<number>().as('tokens')).executeTakeFirstOrThrow();
      return tokens;
    }),

  workingAmong: (ids, now) =>
    guarded('tokens.workingAmong', async () => {
      const working: string[] = [];
      for (let start = 0; start < ids.length; start += MOST_IDS) {
        const rows = await db
          .selectFrom('tokens')
          .select('id')
          .where('id', 'in', ids.slice(start, start + MOST_IDS))
          .where('revoked_at', 'is', null)
          .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
          .execute();
        working.push(...rows.map(({ id }) => id));
      }
      return working;
    }),

  revoke: (id, at) =>
    guarded('tokens.revoke', async () => {
      const query = db.updateTable('tokens').set({ revoked_at: at }).where('id', '=', id);
      const { numUpdatedRows } = await query.where('revoked_at', 'is', null).executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    }),

  expire: (id, at) =>
    guarded('tokens.expire', async () => {
      await db
        .updateTable('tokens')
        .set({ expires_at: at })
        .where('id', '=', id)
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
        .execute();
    }),

  relabel: (id, label) =>
    guarded('tokens.relabel', async () => {
      await db.updateTable('tokens').set({ label }).where('id', '=', id).execute();
    }),

  touch: (id, at) =>
    guarded('tokens.touch', async () => {
      await db.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute();
    }),
});
