import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { guarded } from '../errors.ts';
import type { Tables } from '../schema.ts';
import { claimThat, claimWanted, SERVER, WANTED } from './claim-rows.ts';
import { type Ask, LeaseConnection } from './lease-connection.ts';
import type { InstanceOwner, LeaseRow, NodeSelf, NodeStore, OwnedInstance } from './node-store.ts';
import { isGone, ownProcess } from './own-process.ts';

/** For so long the row of a node that is gone shows that it was there. */
const REMEMBERED_MS = 600_000;

const RENEW = `
  insert into nodes (id, incarnation, url, draining, process, started_at, expires_at)
  values ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp() + $6 * interval '1 millisecond')
  on conflict (id) do update set
    incarnation = excluded.incarnation, url = excluded.url, draining = excluded.draining, process = excluded.process,
    started_at = case when nodes.incarnation = excluded.incarnation then nodes.started_at else excluded.started_at end,
    expires_at = excluded.expires_at
  where nodes.incarnation = excluded.incarnation or nodes.expires_at < clock_timestamp()
  returning (extract(epoch from expires_at) * 1000)::bigint as until, ${SERVER} as server`;

const NODES = `
  select n.id, n.incarnation, n.url, n.draining,
    (extract(epoch from n.started_at) * 1000)::bigint as "startedAt",
    n.expires_at >= clock_timestamp() as "isLive"
  from nodes n order by n.id`;

/**
 * The rows that nodes share, on Postgres. What is claimed goes over the pool; renewals have a connection of their own.
 * @param counting what may take seconds, and nothing else waits for
 * @param url of the database
 */
export const createNodeStore = (
  db: Kysely<Tables>,
  counting: Kysely<Tables>,
  url: string,
  clock: Clock,
): NodeStore & AsyncDisposable => {
  const lease = new LeaseConnection(url, clock);
  const process = ownProcess();

  const renew = async (self: NodeSelf, ttlMs: number) => {
    const { id, incarnation, draining } = self;
    const values = [id, incarnation, self.url, draining, (await process) ?? null, ttlMs];
    let isNewConnection = false;
    const first = (ask: Ask): Promise<void> => {
      isNewConnection = true;
      return forgetGone(ask);
    };
    return lease.run(incarnation, first, async (ask) => {
      const [renewed] = await ask<{ until: number; server: string }>(RENEW, values);
      if (!renewed) return { kind: 'refused' } as const;
      const nodes = await ask<LeaseRow>(NODES);
      return { kind: 'renewed', nodes, ...renewed, isNewConnection } as const;
    });
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
          from instances i group by i.owner_incarnation`.execute(counting);
        const byOwner = rows.flatMap(({ owner, all }) => (owner === null ? [] : [[owner, all] as const]));
        return { wanted: rows.reduce((sum, { wanted }) => sum + wanted, 0), byOwner: new Map(byOwner) };
      }),

    claimDue: ({ most, ...claiming }) =>
      guarded('nodes.claimDue', async () => {
        if (claiming.fromDead) await forgetLongGone(db, claiming.server);
        return most > 0 ? claimWanted(db, claiming, most) : [];
      }),

    claimOne: ({ instanceId, ...claiming }) => guarded('nodes.claimOne', () => claimThat(db, claiming, instanceId)),

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

    ownersOf: (instanceIds) =>
      guarded('nodes.ownersOf', async () => {
        const { rows } = await sql<InstanceOwner & { id: string }>`
          select i.id, i.owner_incarnation as incarnation, i.epoch from instances i
          where i.id = any(${instanceIds}::text[]) and i.owner_incarnation is not null`.execute(db);
        return new Map(rows.map(({ id, ...owner }) => [id, owner]));
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

/** While it has what may be claimed, the row stays: a claim locks it, see `claim`. */
const forgetLongGone = async (db: Kysely<Tables>, server: string): Promise<void> => {
  await sql`
    delete from nodes where expires_at < clock_timestamp() - ${REMEMBERED_MS} * interval '1 millisecond'
      and ${sql.raw(SERVER)} = ${server}
      and (select i.id from instances i where i.owner_incarnation = nodes.incarnation and ${WANTED} limit 1) is null`.execute(
    db,
  );
};
