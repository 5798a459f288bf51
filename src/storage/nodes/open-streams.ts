import { type Kysely, sql } from 'kysely';
import { transaction } from '../database.ts';
import { guarded } from '../errors.ts';
import { LOCK_CLASS } from '../postgres/connection.ts';
import type { Tables } from '../schema.ts';

/** A stream that is to be opened. */
export interface NewStream {
  /** Of the caller's choice, so that it can close what it never heard of. */
  readonly id: string;
  /** Of the token. */
  readonly family: string;
  /** The run of the service that has it. */
  readonly incarnation: string;
}

/** The streams that tokens have open, over all nodes. Those of a node whose lease has ended do not count. */
export interface OpenStreams {
  /**
   * Notes a stream where its token has fewer than `most`; false where it has not.
   * @throws StorageError, DatabaseAwayError: it may have been noted
   */
  open(stream: NewStream, most: number): Promise<boolean>;
  close(ids: readonly string[]): Promise<void>;
  /** Deletes those of nodes that are not there any more. */
  purge(): Promise<void>;
}

/** Its lease may be renewed yet, by a node that stood still: then its streams count again. */
const LOST_AFTER = sql`interval '10 minutes'`;

export const createOpenStreams = (db: Kysely<Tables>): OpenStreams => ({
  open: ({ id, family, incarnation }, most) =>
    guarded('streams.open', () =>
      transaction(db, async (tx) => {
        // Those of one token one after the other: a statement sees what was committed when it began.
        await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_CLASS + 2)}, hashtext(${family}))`.execute(tx);
        const { rows } = await sql`
          insert into open_streams (id, family, incarnation)
          select ${id}, ${family}, ${incarnation}
          where (
            select count(*) from open_streams as stream
            where family = ${family} and (incarnation = ${incarnation} or exists (
              select from nodes
              where nodes.incarnation = stream.incarnation and nodes.expires_at > clock_timestamp()
            ))
          ) < ${most}::integer
          returning id`.execute(tx);
        return rows.length > 0;
      }),
    ),

  close: (ids) =>
    guarded('streams.close', async () => {
      await sql`delete from open_streams where id = any(${ids}::text[])`.execute(db);
    }),

  purge: () =>
    guarded('streams.purge', async () => {
      await sql`
        delete from open_streams as stream where not exists (
          select from nodes where nodes.incarnation = stream.incarnation
            and nodes.expires_at > clock_timestamp() - ${LOST_AFTER}
        )`.execute(db);
    }),
});
