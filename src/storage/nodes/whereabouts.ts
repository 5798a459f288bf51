import { type Kysely, sql } from 'kysely';
import { guarded } from '../errors.ts';
import type { Tables } from '../schema.ts';
import { WANTED } from './claim-rows.ts';

/** Who has what among the nodes of a database, for people. It is read alone; nothing is decided by it. */
export interface Whereabouts {
  /** The names of the nodes that live and have these instances, by the id of the instance. */
  nodesOf(instanceIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** How many instances are to be connected, have something to log in with, and no node that lives. */
  countUnclaimed(): Promise<number>;
}

export const createWhereabouts = (db: Kysely<Tables>): Whereabouts => ({
  nodesOf: (instanceIds) =>
    guarded('whereabouts.nodesOf', async () => {
      if (instanceIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('instances')
        .innerJoin('nodes', 'nodes.incarnation', 'instances.owner_incarnation')
        .select(['instances.id as instance', 'nodes.id as node'])
        .where('instances.id', 'in', instanceIds)
        .where('nodes.expires_at', '>', sql<Date>`clock_timestamp()`)
        .execute();
      return new Map(rows.map(({ instance, node }) => [instance, node]));
    }),

  countUnclaimed: () =>
    guarded('whereabouts.countUnclaimed', async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from instances i
        where ${WANTED}
          and not exists (
            select from nodes n where n.incarnation = i.owner_incarnation and n.expires_at > clock_timestamp())`.execute(
        db,
      );
      return rows[0]?.n ?? 0;
    }),
});
