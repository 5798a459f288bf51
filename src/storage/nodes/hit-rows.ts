import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.ts';

/** The length of the window, in milliseconds. */
const WINDOW_MS = 60_000;
/**
 * Of a limit of up to so many calls the time of each is kept. A larger one has so many steps, and a call counts as of the
 * end of its step: it leaves the window late, never early.
 */
const MOST_STEPS = 300;
/** A server whose clock was set back has times of the future: they count no more. Ends of steps are no further ahead. */
const AHEAD_MS = 1_000;

/** So many calls of a key at once, and the limit that they are under. */
export interface Calls {
  readonly key: string;
  readonly wanted: number;
  readonly most: number;
}

export interface Counted {
  readonly key: string;
  /** How many of them there was room for. */
  readonly granted: number;
  /** How many are in the window now. */
  readonly total: number;
  /** How long until the oldest of them leaves the window, in milliseconds. */
  readonly waitMs: number;
}

const stepOf = (most: number): number => (most <= MOST_STEPS ? 1 : Math.ceil(WINDOW_MS / MOST_STEPS));

const NOW = sql`(extract(epoch from clock_timestamp()) * 1000)`;

/**
 * Counts all of them in one statement. What becomes of a row that is there comes of its latest version, for which the
 * statement waits while another one writes it: so no room is granted twice. In the order of the keys, so that two nodes do
 * not wait for each other.
 */
export const countHits = async (db: Kysely<Tables>, calls: readonly Calls[]): Promise<readonly Counted[]> => {
  const keys = calls.map(({ key }) => key);
  const wanted = calls.map((call) => call.wanted);
  const most = calls.map((call) => call.most);
  const steps = most.map(stepOf);
  const { rows } = await sql<Counted>`
    insert into hits (key, times, counts, granted, most)
    select key, array[(ceil(${NOW} / step) * step)::bigint], array[least(wanted, most)], least(wanted, most), most
    from unnest(${keys}::text[], ${wanted}::integer[], ${most}::integer[], ${steps}::integer[])
      as asked (key, wanted, most, step)
    order by key collate "C"
    on conflict (key) do update set (times, counts, granted, most) = (
      with held as materialized (
        select time, n from unnest(hits.times, hits.counts) as held (time, n)
        where time > ${NOW} - ${WINDOW_MS}::integer and time <= ${NOW} + ${AHEAD_MS}::integer
      ), room as (
        select greatest(0, least(excluded.granted, excluded.most - coalesce(sum(n), 0)))::integer as n from held
      ), kept as (
        select time, sum(n)::integer as n
        from (select time, n from held union all select excluded.times[1], n from room where n > 0) as every
        group by time
      )
      select coalesce(array_agg(time order by time), '{}'), coalesce(array_agg(n order by time), '{}'),
        (select n from room), excluded.most
      from kept
    )
    returning key, granted,
      (select coalesce(sum(n), 0)::integer from unnest(counts) as held (n)) as total,
      coalesce(greatest(1, floor(times[1] + ${WINDOW_MS}::integer - ${NOW})), 0)::integer as "waitMs"`.execute(db);
  return rows;
};

/** So many blocks of the table are looked at in one statement: 4 MB, some forty thousand rows. */
const BLOCKS = 500;

/**
 * Deletes what counts no more, from the table's first block to its last: so each row is looked at once, however many there
 * are, and where it lies. An index by time would have to be written with each call. Rows that others have locked are passed
 * over, since they wait for nobody's.
 * @param isOver asked between two statements
 */
export const purgeHits = async (db: Kysely<Tables>, isOver: () => boolean): Promise<void> => {
  const { rows } = await sql<{ blocks: number }>`
    select pg_relation_size('hits') / current_setting('block_size')::integer as blocks`.execute(db);
  const blocks = rows[0]?.blocks ?? 0;
  for (let first = 0; first < blocks && !isOver(); first += BLOCKS) {
    await sql`
      with gone as materialized (
        select ctid from hits
        where ctid >= ${`(${first},0)`}::tid and ctid < ${`(${first + BLOCKS},0)`}::tid
          and coalesce(times[cardinality(times)], 0) <= ${NOW} - ${WINDOW_MS}::integer
        for update skip locked
      )
      delete from hits where ctid = any (array(select ctid from gone))`.execute(db);
  }
};
