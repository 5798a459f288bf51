import type { PostgresPool } from 'kysely';
import { type Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import type { Clock } from '../../clock.ts';
import { BUSY_MS, type Contention } from '../dialects/contention.ts';
import { known, postgresFault } from './faults.ts';
import { type Connections, PooledClient } from './pooled-client.ts';
import { Writers } from './writers.ts';

/** A server's default leaves room for 100 clients in all. */
const MOST_CONNECTIONS = 10;
/** Of these, what only reads has so many for itself. */
const FOR_READS = 2;

/** The pauses between two tries to reach a server that does not answer, in milliseconds; the last one again and again. */
const PAUSES_MS = [20, 50, 100, 200];
const LONGEST_PAUSE_MS = 300;

export interface PoolOptions {
  readonly most?: number | undefined;
  readonly cut?: AbortSignal | undefined;
}

/** The pool as Kysely uses it. While the server is away, callers wait for a connection, all within one allowance. */
export class PatientPool implements PostgresPool, Connections {
  readonly options = {};
  readonly contention: Contention;
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #ending: AbortSignal;
  readonly #writers: Writers;
  readonly #clients = new Set<Client>();

  constructor(config: ClientConfig, clock: Clock, contention: Contention, { most, cut }: PoolOptions = {}) {
    this.contention = contention;
    this.#clock = clock;
    this.#ending = cut ? AbortSignal.any([cut, this.#closing.signal]) : this.#closing.signal;
    const max = most ?? MOST_CONNECTIONS;
    this.#pool = new Pool({ ...config, max });
    this.#writers = new Writers(most ?? MOST_CONNECTIONS - FOR_READS, clock);
    // Without listeners an error of a connection ends the process: the pool's own are about those that nobody uses.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    this.#pool.on('connect', (client) => this.#clients.add(client));
    this.#pool.on('remove', (client) => this.#clients.delete(client));
    // pg's `end` does not wait for a statement that runs: that one fails.
    cut?.addEventListener('abort', () => {
      for (const client of this.#clients) void client.end().catch(() => {});
    });
  }

  /** Which connection it gets depends on what it asks first. */
  async connect(): Promise<PooledClient> {
    return new PooledClient(this);
  }

  place(): Promise<Disposable> {
    return this.#writers.enter(BUSY_MS);
  }

  async client(): Promise<PoolClient> {
    this.#ending.throwIfAborted();
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw known(error);
    }
  }

  async retried<T>(work: () => Promise<T>): Promise<T> {
    let end = Number.POSITIVE_INFINITY;
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (postgresFault(error) !== 'away') throw error;
        const now = this.#clock.monotonic();
        end = Math.min(end, now + BUSY_MS);
        // The shared allowance begins again when others get through, as where only one table is locked.
        const left = Math.min(this.contention.struck(), end - now);
        if (left <= 0) throw error;
        await this.#clock.sleep(Math.min(left, PAUSES_MS[tries] ?? LONGEST_PAUSE_MS), this.#ending);
      }
    }
  }

  async end(): Promise<void> {
    this.#closing.abort(new Error('The database is closed'));
    await this.#pool.end();
  }
}
