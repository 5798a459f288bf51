import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../schema.ts';
import type { ClaimedInstance, Claiming } from './node-store.ts';

/** To be connected, with something to log in with, or with what may be that. The index `instances_wanted` has these. */
export const WANTED = sql<boolean>`(i.wanted = 'running' and (i.state <> 'UNPAIRED' or i.has_credentials = 1))`;

/**
 * Names a server, to a user without any rights: when it was started, to the microsecond. Not where it is reached, which may
 * differ between two connections.
 */
export const SERVER = 'extract(epoch from pg_postmaster_start_time())::text';

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

/** What may be claimed. */
interface Meant {
  /** Who has these, as a query. */
  readonly owners: RawBuilder<unknown>;
  readonly isMeant: RawBuilder<boolean>;
  readonly most: number;
}

/** As `NodeStore.claimDue` says. */
export const claimWanted = (db: Kysely<Tables>, claiming: Claiming, most: number): Promise<ClaimedInstance[]> =>
  claim(db, claiming, { owners: OWNERS_OF_WANTED, isMeant: WANTED, most });

/** As `NodeStore.claimOne` says. */
export const claimThat = async (
  db: Kysely<Tables>,
  claiming: Claiming,
  instanceId: string,
): Promise<ClaimedInstance | undefined> => {
  const isMeant = sql<boolean>`i.id = ${instanceId}`;
  const owners = sql`select i.owner_incarnation as owner from instances i where ${isMeant}`;
  const [claimed] = await claim(db, claiming, { owners, isMeant, most: 1 });
  return claimed;
};

/**
 * At most `most` of the instances for which `isMeant` holds, and that nobody has who lives.
 *
 * Between such a look and its commit a node that slept may renew its lease, and read which instances it still has. So the
 * row of a node whose lease has ended is locked: its renewal waits for the commit, and what it reads then shows the claim.
 * Where the renewal was first, the server looks at the row once more, and finds the lease; where that is being written, the
 * node is passed over, so that no claim waits.
 *
 * The pool may have found its way to a server that has taken another one's place, before the node has renewed there. By
 * that one's clock leases have ended of those that live: so nobody counts as gone there whose row is there.
 */
const claim = async (
  db: Kysely<Tables>,
  { incarnation, fromDead, until, server }: Claiming,
  { owners, isMeant, most }: Meant,
): Promise<ClaimedInstance[]> => {
  const isSame = sql`${sql.raw(SERVER)} = ${server}`;
  const isLeft = fromDead ? sql`(n.expires_at >= clock_timestamp() or not ${isSame})` : sql`true`;
  // What another claimer has just taken is told by its epoch: the server looks at the row once more after it has waited
  // for it. Each node goes through them in another order, so that few are claimed by two at once.
  const { rows } = await sql<ClaimedInstance>`
    with owners as materialized (
      ${owners}
    ), gone as materialized (
      select owner from owners
      where not exists (select from nodes n where n.incarnation = owner and ${isLeft})
    ), asleep as materialized (
      select n.incarnation from nodes n
      where n.incarnation in (select owner from gone) and n.expires_at < clock_timestamp()
      for share of n skip locked
    ), free as materialized (
      select owner from gone
      where not exists (select from nodes n where n.incarnation = owner) or owner in (select incarnation from asleep)
    ), due as materialized (
      select i.id, i.epoch from instances i
      where exists (select from free)
        and ${isMeant}
        and (i.owner_incarnation is null or i.owner_incarnation = any (array(select owner from free)))
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
