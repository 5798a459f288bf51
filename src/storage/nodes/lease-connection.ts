import { Client, type QueryResultRow } from 'pg';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { endInTime } from '../postgres/closing.ts';
import { connectionConfig, placeOf } from '../postgres/connection.ts';
import { ConnectionLost, known } from '../postgres/faults.ts';
import { describe, type Holder, HOLDER, KEEPALIVE, LOCK_KEY, nameOf } from '../postgres/owner-lock.ts';

/** How long all of a renewal may take, the way to a new connection included: the lease goes on running out. */
const DEADLINE_MS = 1_500;

/** What is asked on the connection. */
export type Ask = <R extends QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<R[]>;

/**
 * The connection that a node renews its lease by. It is of no pool: one that is used up by slow writes would cost the node
 * all that it has. A connection that did not answer in time is destroyed, since pg would wait for it for ever. It shares
 * the lock of the data, so that no command which needs the data alone runs beside it.
 */
export class LeaseConnection implements AsyncDisposable {
  readonly #url: string;
  readonly #clock: Clock;
  #client: Client | undefined;

  constructor(url: string, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
  }

  /**
   * Does the work on the connection, which is made where there is none; `first` before it, on one that is new.
   * @throws OperatorError where a command has the database for itself; else what the server said, or that it did not in time.
   */
  async run<T>(incarnation: string, first: (ask: Ask) => Promise<void>, work: (ask: Ask) => Promise<T>): Promise<T> {
    const before = this.#client;
    const client = before ?? this.#made(incarnation);
    this.#client = client;
    const ask: Ask = async (sql, values = []) => (await client.query(sql, [...values])).rows;
    const late = Promise.withResolvers<never>();
    const timer = this.#clock.after(DEADLINE_MS, () => {
      this.#destroy(client);
      late.reject(new ConnectionLost('The server did not answer in time'));
    });
    const done = (async () => {
      if (!before) {
        await this.#open(client, ask);
        await first(ask);
      }
      return work(ask);
    })();
    try {
      return await Promise.race([done, late.promise]);
    } catch (error) {
      this.#destroy(client);
      throw error instanceof OperatorError ? error : known(error);
    } finally {
      timer[Symbol.dispose]();
      done.catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) await endInTime(client, this.#clock);
  }

  #made(incarnation: string): Client {
    const client = new Client({
      ...connectionConfig(this.#url, nameOf(incarnation)),
      connectionTimeoutMillis: DEADLINE_MS,
      query_timeout: DEADLINE_MS,
      statement_timeout: DEADLINE_MS,
      lock_timeout: DEADLINE_MS,
    });
    // Without a listener an error of the connection ends the process.
    client.on('error', () => this.#destroy(client));
    client.on('end', () => {
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }

  async #open(client: Client, ask: Ask): Promise<void> {
    await client.connect();
    await client.query(KEEPALIVE);
    const [row] = await ask<{ locked: boolean }>(`select pg_try_advisory_lock_shared(${LOCK_KEY}) as locked`);
    if (row?.locked === true) return;
    const [holder] = await ask<Holder>(HOLDER);
    const who = holder ? describe(holder) : 'another process';
    throw new OperatorError(`The database ${placeOf(this.#url)} is in use by ${who}`);
  }

  /** Without waiting for an answer that may not come: pg ends the socket at once where a statement runs. */
  #destroy(client: Client): void {
    if (this.#client === client) this.#client = undefined;
    void client.end().catch(() => undefined);
  }
}
