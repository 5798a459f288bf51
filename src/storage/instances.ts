import { randomUUID } from 'node:crypto';
import { type CompiledQuery, type ExpressionBuilder, type Kysely, sql, type Updateable } from 'kysely';
import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { inTransaction } from './database.ts';
import { guarded, isUniqueViolation, SealError, StorageError } from './errors.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';

/** Whether the user wants the instance's session to run. */
export type Wanted = 'running' | 'stopped';

export interface InstanceReason {
  readonly code: string;
  readonly message: string;
  /** When the next attempt comes by itself, epoch milliseconds. */
  readonly retryAt?: number | undefined;
}

/** An instance as it is kept. Times are epoch milliseconds. */
export interface InstanceRecord {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly wanted: Wanted;
  /** The last state that it was left in. */
  readonly state: string;
  readonly stateSince: number;
  readonly reason?: InstanceReason | undefined;
  readonly phoneNumber?: string | undefined;
  /**
   * Set when the phone number is there but does not open. It is a field, not a throw, so that one instance's bad row
   * neither hides the others of a list nor keeps its own instance from being deleted.
   */
  readonly damaged?: SealError | undefined;
  readonly createdAt: number;
  /** Whether something to log in with is kept of it. */
  readonly hasCredentials: boolean;
  /** The run of the service that has it, or had; null before any did. */
  readonly owner: string | null;
  readonly epoch: number;
}

export interface NewInstance {
  readonly accountId: string;
  readonly name: string;
  readonly wanted: Wanted;
  readonly state: string;
  /** The run of the service that has it from the start, under the epoch 1. */
  readonly owner?: string | undefined;
}

/** What is absent stays; null clears. */
export interface InstancePatch {
  readonly wanted?: Wanted;
  readonly state?: string;
  readonly stateSince?: number;
  readonly reason?: InstanceReason | null;
  readonly phoneNumber?: string | null;
}

export interface Instances {
  /** @throws PrivetError CONFLICT when the account has an instance of that name. */
  insert(instance: NewInstance): Promise<InstanceRecord>;
  find(accountId: string, name: string): Promise<InstanceRecord | undefined>;
  get(id: string): Promise<InstanceRecord | undefined>;
  /** At most `first`, ordered by the bytes of the names, those after `afterName`. */
  list(accountId: string, page: InstancePageRequest): Promise<InstanceRecord[]>;
  /** How many the account has. */
  count(accountId: string): Promise<number>;
  /** Of these, those that are to be connected and have, or may have, something to log in with. */
  toResume(accountId: string, page: InstancePageRequest): Promise<InstanceRecord[]>;
  /** How many instances are stored in each state: of all, or of `ids`; and of all owners, or of some. */
  countByState(ids?: readonly string[], owners?: OwnersCounted): Promise<Map<string, number>>;
  /** @throws StorageError `no_instance` when it is gone. */
  update(id: string, patch: InstancePatch): Promise<void>;
  /**
   * Its credentials, archived ones too, signal keys, settings and tokens go with it: without its row, which they are sealed for,
   * nothing brings them back. False when there was none.
   */
  remove(id: string): Promise<boolean>;
}

/** Whose instances are counted: one run's, or all but those of some runs. */
export type OwnersCounted = { readonly of: string } | { readonly exceptOf: readonly string[] };

export interface InstancePageRequest {
  readonly first: number;
  readonly afterName?: string | undefined;
}

export const noInstance = (id: string): StorageError => new StorageError('no_instance', `There is no instance ${id}`);

/** The account of an instance, which is a part of the place of all that it keeps. */
export const accountOf = async (db: Kysely<Tables>, instanceId: string): Promise<string> => {
  const row = await db.selectFrom('instances').select('account_id').where('id', '=', instanceId).executeTakeFirst();
  if (!row) throw noInstance(instanceId);
  return row.account_id;
};

/** The same, and no other transaction changes the instance until this one ends. */
export const lockInstance = async (tx: Kysely<Tables>, instanceId: string): Promise<string> => {
  const query = tx.selectFrom('instances').select('account_id').where('id', '=', instanceId);
  const row = await query.forUpdate().executeTakeFirst();
  if (!row) throw noInstance(instanceId);
  return row.account_id;
};

/** Counts one change of an instance's credentials or keys; run it in the transaction that makes the change. */
export const nextRevision = async (
  tx: Kysely<Tables>,
  instanceId: string,
  column: 'credentials_revision' | 'keys_revision',
): Promise<{ readonly account: string; readonly revision: number }> => {
  const row = await tx
    .updateTable('instances')
    .set((instance) => ({ [column]: instance(column, '+', 1) }))
    .where('id', '=', instanceId)
    .returning(['account_id as account', `${column} as revision`])
    .executeTakeFirst();
  if (!row) throw noInstance(instanceId);
  return row;
};

const countAll = (row: ExpressionBuilder<Tables, 'instances'>) => row.fn.countAll().as('count');

const phonePlace = (account: string, instance: string) => ({ account, instance, type: 'phone', id: '' });

const openPhone = (sealer: Sealer, row: Tables['instances']): Pick<InstanceRecord, 'phoneNumber' | 'damaged'> => {
  if (row.phone === null) return {};
  try {
    return { phoneNumber: sealer.openText(phonePlace(row.account_id, row.id), row.phone) };
  } catch (error) {
    if (error instanceof SealError) return { damaged: error };
    throw error;
  }
};

const toRecord = (sealer: Sealer, row: Tables['instances']): InstanceRecord => ({
  id: row.id,
  accountId: row.account_id,
  name: row.name,
  wanted: row.wanted,
  state: row.state,
  stateSince: row.state_since,
  reason:
    row.reason_code === null
      ? undefined
      : { code: row.reason_code, message: row.reason_message ?? '', retryAt: row.retry_at ?? undefined },
  ...openPhone(sealer, row),
  createdAt: row.created_at,
  hasCredentials: row.has_credentials === 1,
  owner: row.owner_incarnation,
  epoch: row.epoch,
});

export const createInstances = (db: Kysely<Tables>, sealer: Sealer, clock: Clock): Instances => {
  // Many calls begin with one of these. To build and compile them takes longer than the database does: it is done once.
  const compiled: { byName?: CompiledQuery; byId?: CompiledQuery } = {};
  const byName = () =>
    db.selectFrom('instances').selectAll().where('account_id', '=', '').where('name', '=', '').compile();
  const byId = () => db.selectFrom('instances').selectAll().where('id', '=', '').compile();
  const one = async (query: CompiledQuery, parameters: readonly string[]): Promise<InstanceRecord | undefined> => {
    const [row] = (await db.executeQuery<Tables['instances']>({ ...query, parameters })).rows;
    return row && toRecord(sealer, row);
  };

  const columns = async (id: string, patch: InstancePatch): Promise<Updateable<Tables['instances']>> => {
    const set: Updateable<Tables['instances']> = {};
    if (patch.wanted !== undefined) set.wanted = patch.wanted;
    if (patch.state !== undefined) set.state = patch.state;
    if (patch.stateSince !== undefined) set.state_since = patch.stateSince;
    if (patch.reason !== undefined) {
      set.reason_code = patch.reason?.code ?? null;
      set.reason_message = patch.reason?.message ?? null;
      set.retry_at = patch.reason?.retryAt ?? null;
    }
    if (patch.phoneNumber === null) set.phone = null;
    else if (patch.phoneNumber !== undefined) {
      set.phone = sealer.sealText(phonePlace(await accountOf(db, id), id), patch.phoneNumber);
    }
    return set;
  };

  return {
    insert: (instance) =>
      guarded('instances.insert', async () => {
        const now = clock.now();
        const row: Tables['instances'] = {
          id: randomUUID(),
          account_id: instance.accountId,
          name: instance.name,
          wanted: instance.wanted,
          state: instance.state,
          state_since: now,
          reason_code: null,
          reason_message: null,
          retry_at: null,
          phone: null,
          created_at: now,
          credentials_revision: 0,
          has_credentials: 0,
          keys_revision: 0,
          owner_incarnation: instance.owner ?? null,
          epoch: instance.owner === undefined ? 0 : 1,
        };
        try {
          await db.insertInto('instances').values(row).execute();
        } catch (error) {
          if (!isUniqueViolation(error)) throw error;
          throw new PrivetError('CONFLICT', `There is already an instance named "${instance.name}"`, { cause: error });
        }
        return toRecord(sealer, row);
      }),

    find: (accountId, name) => guarded('instances.find', () => one((compiled.byName ??= byName()), [accountId, name])),

    get: (id) => guarded('instances.get', () => one((compiled.byId ??= byId()), [id])),

    list: (accountId, { first, afterName }) =>
      guarded('instances.list', async () => {
        let query = db.selectFrom('instances').selectAll().where('account_id', '=', accountId);
        if (afterName !== undefined) query = query.where('name', '>', afterName);
        const rows = await query.orderBy('name').limit(first).execute();
        return rows.map((row) => toRecord(sealer, row));
      }),

    count: (accountId) =>
      guarded('instances.count', async () => {
        const all = db.selectFrom('instances').where('account_id', '=', accountId);
        return Number((await all.select(countAll).executeTakeFirstOrThrow()).count);
      }),

    toResume: (accountId, { first, afterName = '' }) =>
      guarded('instances.toResume', async () => {
        // guard: only what was running is resumed, else sql`true`
        const isWanted = sql<boolean>`wanted = 'running'`;
        const rows = await db
          .selectFrom('instances')
          .selectAll()
          .where('account_id', '=', accountId)
          .where('name', '>', afterName)
          .where(isWanted)
          .where((row) => row.or([row('state', '!=', 'UNPAIRED'), row('has_credentials', '=', 1)]))
          .orderBy('name')
          .limit(first)
          .execute();
        return rows.map((row) => toRecord(sealer, row));
      }),

    countByState: (ids, owners) =>
      guarded('instances.countByState', async () => {
        let query = db.selectFrom('instances').select(['state', countAll]).groupBy('state');
        if (ids) query = query.where('id', 'in', ids);
        if (owners && 'of' in owners) query = query.where('owner_incarnation', '=', owners.of);
        else if (owners && owners.exceptOf.length > 0) {
          const { exceptOf } = owners;
          query = query.where((row) =>
            row.or([row('owner_incarnation', 'is', null), row('owner_incarnation', 'not in', exceptOf)]),
          );
        }
        const rows = await query.execute();
        return new Map(rows.map(({ state, count }) => [state, Number(count)]));
      }),

    update: (id, patch) =>
      guarded('instances.update', async () => {
        const set = await columns(id, patch);
        if (Object.keys(set).length === 0) return;
        const query = db.updateTable('instances').set(set).where('id', '=', id);
        const { numUpdatedRows } = await query.executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) throw noInstance(id);
      }),

    remove: (id) =>
      guarded('instances.remove', async () => {
        const { numDeletedRows } = await inTransaction(db, async (tx) => {
          // An archive is not bound to the row: none may be made behind this one's back.
          await tx.selectFrom('instances').select('id').where('id', '=', id).forUpdate().execute();
          await tx.deleteFrom('archives').where('instance_id', '=', id).execute();
          return tx.deleteFrom('instances').where('id', '=', id).executeTakeFirstOrThrow();
        });
        return numDeletedRows > 0n;
      }),
  };
};
