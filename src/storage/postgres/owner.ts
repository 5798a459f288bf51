import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { BUSY_MS } from '../dialects/contention.ts';
import type { Ownership } from '../dialects/ownership.ts';
import { endInTime } from './closing.ts';
import { connectionConfig, placeOf, unusable } from './connection.ts';
import { known, postgresFault } from './faults.ts';
import { describe, type Holder, HOLDER, isOf, KEEPALIVE, LOCK_KEY, nameOf } from './owner-lock.ts';

/** How long a start waits for the lock: of a process that was killed the server hears a moment later. In milliseconds. */
const FREED_MS = 1_000;
const LOOK_EVERY_MS = 100;
/** How long it waits for the leases of nodes whose connection broke: each lasts for 6 s. In milliseconds. */
const LEASES_MS = 15_000;
/** A lock that is looked at every second must not wait as long as a statement may. */
const SILENCE_MS = 2_000;

/** A connection that has the lock, or who has it; neither where nobody is seen to have it. */
const lock = async (url: string, incarnation: string): Promise<{ client?: Client; holder?: Holder | undefined }> => {
  const client = new Client({ ...connectionConfig(url, nameOf(incarnation)), query_timeout: SILENCE_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(KEEPALIVE);
    const { rows } = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(${LOCK_KEY}) as locked`);
    if (rows[0]?.locked === true) return { client };
    const holders = await client.query<Holder>(HOLDER);
    const [holder] = holders.rows;
    // One of this very run, which the server does not know to be broken.
    const isOwn = holder !== undefined && isOf(incarnation, holder.name);
    if (isOwn) await client.query('select pg_terminate_backend($1)', [holder.pid]);
    close(client);
    return isOwn ? {} : { holder };
  } catch (error) {
    close(client);
    throw known(error);
  }
};

/** Without waiting for an answer that may not come. */
const close = (client: Client): void => void client.end().catch(() => {});

/**
 * Makes this process the only one at the database, for a command that needs it alone: by a lock of the server's, on a
 * connection of its own, which frees it when that ends. Nodes share the same lock, see `LeaseConnection`; one whose
 * connection broke may write until its lease has ended, which is waited for. It does not go through a pooler that shares
 * connections.
 * @throws OperatorError naming the owner when there is one already.
 */
export const ownServer = async (url: string, clock: Clock): Promise<Ownership & AsyncDisposable> => {
  const incarnation = randomUUID();
  const place = placeOf(url);
  let current: Client | undefined = await firstLock(url, incarnation, clock);
  try {
    await leasesEnded(current, url, clock);
  } catch (cause) {
    close(current);
    throw unusable(url, cause);
  }
  const keep = (client: Client): void => {
    current = client;
    client.on('end', () => {
      if (current === client) current = undefined;
    });
  };
  keep(current);
  return {
    incarnation,
    get held() {
      return current !== undefined;
    },
    async isHeldIn(tx) {
      const { rows } = await sql.raw<Holder>(HOLDER).execute(tx);
      return rows.some(({ name }) => isOf(incarnation, name));
    },
    async renew() {
      const client = current;
      if (client) {
        try {
          await client.query('select 1');
          return 'held';
        } catch {
          current = undefined;
          close(client);
        }
      }
      const { client: next, holder } = await lock(url, incarnation);
      if (next) {
        keep(next);
        return 'renewed';
      }
      if (holder) return 'lost';
      throw new Error('the server still has the lock of the connection that broke');
    },
    says: {
      renewed: `The connection that has the lock of the database ${place} broke: it is locked anew`,
      notRenewed: `The connection that has the lock of the database ${place} broke, and it can't be locked anew`,
      lost: `Another process serves the database ${place} now: the connection that had its lock broke. This one ends`,
    },
    async [Symbol.asyncDispose]() {
      const client = current;
      current = undefined;
      // The next start finds it free.
      if (client) await endInTime(client, clock);
    },
  };
};

const firstLock = async (url: string, incarnation: string, clock: Clock): Promise<Client> => {
  const began = clock.monotonic();
  for (;;) {
    const passed = clock.monotonic() - began;
    try {
      const { client, holder } = await lock(url, incarnation);
      if (client) return client;
      if (passed > FREED_MS) {
        const who = holder ? describe(holder) : 'another process';
        throw new OperatorError(`The database ${placeOf(url)} is in use by ${who}`);
      }
    } catch (cause) {
      if (postgresFault(cause) !== 'away' || passed > BUSY_MS) throw unusable(url, cause);
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
};

/** With the lock taken no node can renew its lease. @throws OperatorError naming a node */
const leasesEnded = async (client: Client, url: string, clock: Clock): Promise<void> => {
  const [table] = (await client.query<{ is: boolean }>(`select to_regclass('nodes') is not null as is`)).rows;
  // Of a database that is still empty.
  if (table?.is !== true) return;
  const began = clock.monotonic();
  for (;;) {
    const { rows } = await client.query<{ id: string; until: Date }>(
      'select id, expires_at as until from nodes where expires_at >= clock_timestamp() order by expires_at desc limit 1',
    );
    const [last] = rows;
    if (!last) return;
    if (clock.monotonic() - began > LEASES_MS) {
      const until = `its lease ends at ${last.until.toISOString()}`;
      throw new OperatorError(`The database ${placeOf(url)} is in use by the node ${last.id}: ${until}`);
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
};
