import { type Kysely, type RawBuilder, sql } from 'kysely';
import { guarded } from '../errors.ts';
import type { Tables } from '../schema.ts';

/** Whether logins are held up for all nodes, since WhatsApp refuses the client as outdated. */
export interface LoginsState {
  readonly isShut: boolean;
  /** How long until an instance that was not refused may try all the same, in milliseconds. */
  readonly probeInMs: number;
  /** The same for one that was. */
  readonly refusedProbeInMs: number;
}

export interface LoginSlots extends LoginsState {
  /** How long until the first of them, in milliseconds. The others follow at the spacing that was asked for. */
  readonly waitMs: number;
}

/** How often one of the instances may try while logins are held up, in milliseconds. */
export interface ProbeTimes {
  readonly everyMs: number;
  readonly refusedEveryMs: number;
}

/** When the instances of all nodes may log in. */
export interface Logins {
  /** Takes the next `count` slots for logins, of all nodes. */
  take(count: number, spacingMs: number): Promise<LoginSlots>;
  state(): Promise<LoginsState>;
  /** WhatsApp refused an instance. Where as many were since a login last went through, logins are held up. */
  refused(instanceId: string, most: number, times: ProbeTimes): Promise<void>;
  /** A login went through: logins are held up no more. */
  accepted(): Promise<void>;
  /** Takes the turn to try while logins are held up; false where it is another's. */
  probe(wasRefused: boolean, everyMs: number): Promise<boolean>;
}

/** A server whose clock was set back has a time that is far ahead. */
const FURTHEST = sql`interval '10 minutes'`;

const ms = (amount: number): RawBuilder<unknown> => sql`(${amount}::float8 * interval '1 millisecond')`;
const until = (time: RawBuilder<unknown>): RawBuilder<number> =>
  sql<number>`coalesce(extract(epoch from (${time} - clock_timestamp())) * 1000, 0)::float8`;
const STATE = sql`shut_since is not null as "isShut", ${until(sql`next_probe_at`)} as "probeInMs",
  ${until(sql`next_refused_probe_at`)} as "refusedProbeInMs"`;

const only = <T>(rows: readonly T[]): T => {
  const [row] = rows;
  if (!row) throw new Error('The row of logins is missing');
  return row;
};

export const createLogins = (db: Kysely<Tables>): Logins => ({
  take: (count, spacingMs) =>
    guarded('logins.take', async () => {
      const all = ms(count * spacingMs);
      const { rows } = await sql<LoginSlots>`
        update login_gate
        set next_at = least(greatest(next_at, clock_timestamp()), clock_timestamp() + ${FURTHEST}) + ${all}
        returning ${until(sql`next_at - ${all}`)} as "waitMs", ${STATE}`.execute(db);
      return only(rows);
    }),

  state: () =>
    guarded('logins.state', async () =>
      only((await sql<LoginsState>`select ${STATE} from login_gate`.execute(db)).rows),
    ),

  refused: (instanceId, most, { everyMs, refusedEveryMs }) =>
    guarded('logins.refused', async () => {
      await sql`
        update login_gate set
          outdated = outdated || ${instanceId}::text,
          (shut_since, next_probe_at, next_refused_probe_at) = (
            select clock_timestamp(), clock_timestamp() + ${ms(everyMs)}, clock_timestamp() + ${ms(refusedEveryMs)}
            where cardinality(outdated) + 1 >= ${most}::integer
          )
        where shut_since is null and not ${instanceId}::text = any(outdated)`.execute(db);
    }),

  accepted: () =>
    guarded('logins.accepted', async () => {
      await sql`
        update login_gate set outdated = '{}', shut_since = null
        where shut_since is not null or cardinality(outdated) > 0`.execute(db);
    }),

  probe: (wasRefused, everyMs) =>
    guarded('logins.probe', async () => {
      const next = sql.ref(wasRefused ? 'next_refused_probe_at' : 'next_probe_at');
      const { rows } = await sql`
        update login_gate set ${next} = clock_timestamp() + ${ms(everyMs)}
        where shut_since is not null and ${next} <= clock_timestamp()
        returning id`.execute(db);
      return rows.length > 0;
    }),
});
