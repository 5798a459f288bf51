import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { guarded } from '../errors.ts';
import type { Tables } from '../schema.ts';
import { type Ask, LeaseConnection } from './lease-connection.ts';
import type {
  ClaimedInstance,
  Claiming,
  InstanceOwner,
  LeaseRow,
  NodeSelf,
  NodeStore,
  OwnedInstance,
} from './node-store.ts';
import { isGone, ownProcess } from './own-process.ts';

/** For so long the row of a node that is gone shows that it was there. */
const REMEMBERED_MS = 600_000;

/** To be connected, with something to log in with, or with what may be that. The index `instances_wanted` has these. */
export const WANTED = sql<boolean>`(i.wanted = 'running' and (i.state <> 'UNPAIRED' or i.has_credentials = 1))`;

const RENEW = `
  insert into nodes (id, incarnation, url, draining, process, started_at, expires_at)
  values ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp() + $6 * interval '1 millisecond')
  on conflict (id) do update set
    incarnation = excluded.incarnation, url = excluded.url, draining = excluded.draining, process = excluded.process,
    started_at = case when nodes.incarnation = excluded.incarnation then nodes.started_at else excluded.started_at end,
    expires_at = excluded.expires_at
  where nodes.incarnation = excluded.incarnation or nodes.expires_at < clock_timestamp()
  returning (extract(epoch from expires_at) * 1000)::bigint as until`;

/**
 * Who has some that are to be connected, null among them: one step in the index for each. It is looked at twice a second by
 * each node that has room, and nearly always all of them live: so it must not look at each instance.
 */
const OWNERS_OF_WANTED = sql`
  select owner from (
    with recursive next as (
      (select i.owner_incarnation as owner from instances i
        where ${WANTED} and i.owner_incarnation is not null order by i.owner_incarnation limit 1)
      union all
      select (select i.owner_incarnation from instances i
        where ${WANTED} and i.owner_incarnation > next.owner order by i.owner_incarnation limit 1)
      from next where next.owner is not null
    ) select owner from next where owner is not null
  ) owners
  union all
  (select i.owner_incarnation from instances i
    where ${WANTED} and i.owner_incarnation is null order by i.owner_incarnation limit 1)`;

const NODES = `
  select n.id, n.incarnation, n.url, n.draining,
    (extract(epoch from n.started_at) * 1000)::bigint as "startedAt",
    n.expires_at >= clock_timestamp() as "isLive"
  from nodes n order by n.id`;

/** What may be claimed. */
interface Meant {
  /** Who has these, as a query. */
  readonly owners: RawBuilder<unknown>;
  readonly isMeant: RawBuilder<boolean>;
  readonly most: number;
}

/**
 * The rows that nodes share, on Postgres. What is claimed goes over the pool; renewals have a connection of their own.
 * @param url of the database
 */
export const createNodeStore = (db: Kysely<Tables>, url: string, clock: Clock): NodeStore & AsyncDisposable => {
  const lease = new LeaseConnection(url, clock);
  const process = ownProcess();

  const renew = async (self: NodeSelf, ttlMs: number) => {
    const { id, incarnation, draining } = self;
    const values = [id, incarnation, self.url, draining, (await process) ?? null, ttlMs];
    return lease.run(incarnation, forgetGone, async (ask) => {
      const [renewed] = await ask<{ until: number }>(RENEW, values);
      if (!renewed) return { kind: 'refused' } as const;
      return { kind: 'renewed', nodes: await ask<LeaseRow>(NODES), until: renewed.until } as const;
    });
  };

  /** At most `most` of the instances for which `isMeant` holds, and that nobody has who lives. */
  const claim = async (
    { incarnation, fromDead, until }: Claiming,
    { owners, isMeant, most }: Meant,
  ): Promise<ClaimedInstance[]> => {
    const isLeft = fromDead ? sql`n.expires_at >= clock_timestamp()` : sql`true`;
    // What another claimer has just taken is told by its epoch: the server looks at the row once more after it has waited
    // for it, but not at the nodes. Each node goes through them in another order, so that few are claimed by two at once.
    const { rows } = await sql<ClaimedInstance>`
      with owners as materialized (
        ${owners}
      ), gone as materialized (
        select owner from owners
        where not exists (select from nodes n where n.incarnation = owner and ${isLeft})
      ), due as materialized (
        select i.id, i.epoch from instances i
        where exists (select from gone)
          and ${isMeant}
          and (i.owner_incarnation is null or i.owner_incarnation = any (array(select owner from gone)))
          and exists (
            select from nodes n where n.incarnation = ${incarnation} and not n.draining
              and n.expires_at > clock_timestamp())
          and clock_timestamp() <= to_timestamp(${until}::double precision / 1000)
      ), locked as (
        select i.id from due d join instances i on i.id = d.id and i.epoch = d.epoch
        order by hashtext(i.id || ${incarnation}) limit ${most} for update of i skip locked
      )
      update instances i set owner_incarnation = ${incarnation}, epoch = i.epoch + 1
      from locked where i.id = locked.id
      returning i.id, i.epoch, ${WANTED} as "isWanted"`.execute(db);
    return rows;
  };

  return {
    renew: (self, ttlMs) => guarded('nodes.renew', () => renew(self, ttlMs)),

    leave: (incarnation) =>
      guarded('nodes.leave', async () => {
        await db.deleteFrom('nodes').where('incarnation', '=', incarnation).execute();
      }),

    nodes: () => guarded('nodes.nodes', async () => (await sql.raw<LeaseRow>(NODES).execute(db)).rows),

    owned: (incarnation) =>
      guarded('nodes.owned', async () => {
        const { rows } = await sql<OwnedInstance & { id: string }>`
          select i.id, i.epoch, ${WANTED} as "isWanted" from instances i
          where i.owner_incarnation = ${incarnation}`.execute(db);
        return new Map(rows.map(({ id, ...owned }) => [id, owned]));
      }),

    counts: () =>
      guarded('nodes.counts', async () => {
        const { rows } = await sql<{ owner: string | null; all: number; wanted: number }>`
          select i.owner_incarnation as owner, count(*) as all, count(*) filter (where ${WANTED}) as wanted
          from instances i group by i.owner_incarnation`.execute(db);
        const byOwner = rows.flatMap(({ owner, all }) => (owner === null ? [] : [[owner, all] as const]));
        return { wanted: rows.reduce((sum, { wanted }) => sum + wanted, 0), byOwner: new Map(byOwner) };
      }),

    claimDue: ({ most, ...claiming }) =>
      guarded('nodes.claimDue', async () => {
        if (claiming.fromDead) await forgetLongGone(db);
        return most > 0 ? claim(claiming, { owners: OWNERS_OF_WANTED, isMeant: WANTED, most }) : [];
      }),

    claimOne: ({ instanceId, ...claiming }) =>
      guarded('nodes.claimOne', async () => {
        const isMeant = sql<boolean>`i.id = ${instanceId}`;
        const owners = sql`select i.owner_incarnation as owner from instances i where ${isMeant}`;
        const [claimed] = await claim(claiming, { owners, isMeant, most: 1 });
        return claimed;
      }),

    handOver: (instanceId, from, to) =>
      guarded('nodes.handOver', () => {
        // The other one may have been paused, or have begun to drain itself, since it was asked.
        const isFit = sql<boolean>`exists (
          select from nodes n where n.incarnation = ${to} and not n.draining and n.expires_at > clock_timestamp())`;
        return give(db, instanceId, from, to, isFit);
      }),

    keep: (instanceId, from) =>
      guarded('nodes.keep', () => give(db, instanceId, from, from.incarnation, sql<boolean>`true`)),

    ownerOf: (instanceId) =>
      guarded('nodes.ownerOf', async (): Promise<InstanceOwner | undefined> => {
        const row = await db
          .selectFrom('instances')
          .select(['owner_incarnation as incarnation', 'epoch'])
          .where('id', '=', instanceId)
          .executeTakeFirst();
        return row && row.incarnation !== null ? { incarnation: row.incarnation, epoch: row.epoch } : undefined;
      }),

    [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
  };
};

/** Under the next epoch, which it returns. */
const give = async (
  db: Kysely<Tables>,
  instanceId: string,
  from: InstanceOwner,
  to: string,
  isFit: RawBuilder<boolean>,
): Promise<number | undefined> => {
  const row = await db
    .updateTable('instances')
    .set((instance) => ({ owner_incarnation: to, epoch: instance('epoch', '+', 1) }))
    .where('id', '=', instanceId)
    .where('owner_incarnation', '=', from.incarnation)
    .where('epoch', '=', from.epoch)
    .where(isFit)
    .returning('epoch')
    .executeTakeFirst();
  return row?.epoch;
};

/** A process of this machine that was killed left its row: whoever is started in its place need not wait for its end. */
const forgetGone = async (ask: Ask): Promise<void> => {
  const rows = await ask<{ incarnation: string; process: string }>(
    'select incarnation, process from nodes where process is not null',
  );
  for (const { incarnation, process } of rows) {
    if (await isGone(process)) await ask('delete from nodes where incarnation = $1', [incarnation]);
  }
};

const forgetLongGone = async (db: Kysely<Tables>): Promise<void> => {
  await sql`
    delete from nodes where expires_at < clock_timestamp() - ${REMEMBERED_MS} * interval '1 millisecond'`.execute(db);
};
