import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { transaction } from '../database.ts';
import { DatabaseAwayError, guarded } from '../errors.ts';
import { LOCK_CLASS } from '../postgres/connection.ts';
import type { Tables } from '../schema.ts';

/** Streams of one token that are to be opened on one node. */
export interface NewStreams {
  /** Of the caller's choice, so that it can close what it never heard of. */
  readonly ids: readonly string[];
  /** Of the token. */
  readonly family: string;
  /** The run of the service that has them. */
  readonly incarnation: string;
}

/** The streams that tokens have open, over all nodes. Those of a node whose lease has ended do not count. */
export interface OpenStreams {
  /**
   * Notes as many of them as the token may have, the first ones, and says how many. It may have `most` in all.
   * @throws StorageError, DatabaseAwayError: they may have been noted
   */
  open(streams: NewStreams, most: number): Promise<number>;
  close(ids: readonly string[]): Promise<void>;
  /** Deletes those of nodes that are not there any more. */
  purge(): Promise<void>;
}

/** Its lease may be renewed yet, by a node that stood still: then its streams count again. */
const LOST_AFTER = sql`interval '10 minutes'`;

/** While another node opens streams of the same token: so often it is tried again, and for so long. */
const AGAIN_MS = 25;
const PATIENCE_MS = 10_000;

export const createOpenStreams = (db: Kysely<Tables>, clock: Clock): OpenStreams => ({
  open: async (streams, most) => {
    const began = clock.monotonic();
    for (;;) {
      const opened = await guarded('streams.open', () => tryToOpen(db, streams, most));
      if (opened !== undefined) return opened;
      if (clock.monotonic() - began > PATIENCE_MS) {
        throw new DatabaseAwayError({
          cause: new Error('Another node has been opening streams of that token for long'),
        });
      }
      await clock.sleep(AGAIN_MS);
    }
  },

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

/** Undefined while another one is at it: waiting for that here would keep a connection from all other calls. */
const tryToOpen = (
  db: Kysely<Tables>,
  { ids, family, incarnation }: NewStreams,
  most: number,
): Promise<number | undefined> =>
  transaction(db, async (tx) => {
    // Those of one token one after the other: a statement sees what was committed when it began.
    const lock = await sql<{ isHad: boolean }>`
      select pg_try_advisory_xact_lock(${sql.lit(LOCK_CLASS + 2)}, hashtext(${family})) as "isHad"`.execute(tx);
    if (!lock.rows[0]?.isHad) return undefined;
    const { rows } = await sql`
      insert into open_streams (id, family, incarnation)
      select id, ${family}, ${incarnation} from unnest(${ids}::text[]) with ordinality as asked (id, place)
      where place <= ${most}::integer - (
        select count(*) from open_streams as stream
        where family = ${family} and (incarnation = ${incarnation} or exists (
          select from nodes
          where nodes.incarnation = stream.incarnation and nodes.expires_at > clock_timestamp()
        ))
      )
      returning id`.execute(tx);
    return rows.length;
  });
