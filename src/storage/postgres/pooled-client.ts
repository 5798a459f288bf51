import type { PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { PoolClient } from 'pg';
import type { Contention } from '../dialects/contention.ts';
import { ConnectionLost, endsConnection, known, postgresFault } from './faults.ts';

/** Where a client has its connections from. */
export interface Connections {
  readonly contention: Contention;
  /** One try. */
  client(): Promise<PoolClient>;
  /** For a transaction, or what writes: one of so many. */
  place(): Promise<Disposable>;
  /** Repeats work that changes nothing where it fails, for as long as the database may be waited for. */
  retried<T>(work: () => Promise<T>): Promise<T>;
}

/** How often a statement is tried that the server rolled back in favour of another one. */
const MOST_TRIES = 2;

/** Postgres stores no NUL in a text, and texts of clients may hold one. */
const storable = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;

/**
 * A connection of the pool while Kysely uses it. It is closed at once where it broke or did not answer in time, since pg
 * would hand it out again. Statements that can't have changed anything are sent again on another one: the begin of a
 * transaction, and selects outside of one.
 */
export class PooledClient implements PostgresPoolClient {
  readonly #pool: Connections;
  #client: PoolClient | undefined;
  #place: Disposable | undefined;
  #isInTransaction = false;
  /** Within the transaction that runs. */
  #hasWritten = false;

  constructor(pool: Connections) {
    this.#pool = pool;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  /** Kysely's other form, which nothing here asks for. */
  query(): never;
  async query<R>(sql = '', parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    const result = await this.#asked<R>(sql, parameters);
    if (sql === 'begin') [this.#isInTransaction, this.#hasWritten] = [true, false];
    if (sql === 'commit' || sql === 'rollback') this.#isInTransaction = false;
    return result;
  }

  release(): void {
    this.#leave(false);
    this.#place?.[Symbol.dispose]();
    this.#place = undefined;
  }

  #leave(destroy: boolean): void {
    this.#client?.release(destroy);
    this.#client = undefined;
  }

  async #asked<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#isInTransaction) return this.#ask(sql, parameters);
    const isSelect = sql.startsWith('select ');
    if (!isSelect) this.#place ??= await this.#pool.place();
    if (isSelect || sql === 'begin') return this.#pool.retried(() => this.#askAnyhow(sql, parameters));
    this.#client ??= await this.#pool.retried(() => this.#pool.client());
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#ask(sql, parameters);
      } catch (error) {
        if (postgresFault(error) !== 'undone' || tries === MOST_TRIES) throw error;
      }
    }
  }

  async #askAnyhow<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    this.#client ??= await this.#pool.client();
    return this.#ask(sql, parameters);
  }

  async #ask<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const client = this.#client;
    if (!client) {
      // With its connection the transaction is over.
      if (sql === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
      throw new ConnectionLost('The connection broke before');
    }
    try {
      const { command, rowCount, rows } = await client.query(sql, parameters.map(storable));
      if (this.#shows(command, rowCount ?? 0)) this.#pool.contention.wrote();
      else this.#pool.contention.over();
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows: rows as R[] };
    } catch (error) {
      if (endsConnection(error)) this.#leave(true);
      const fault = known(error);
      if (postgresFault(fault) === 'away') this.#pool.contention.struck();
      this.#pool.contention.failed(postgresFault(fault));
      throw fault;
    }
  }

  /** Whether it shows that there is room: a reading works without, and so does what changed no row. */
  #shows(command: string, rowCount: number): boolean {
    if (command === 'COMMIT') return this.#hasWritten;
    if (command === 'SELECT' || rowCount === 0) return false;
    this.#hasWritten = true;
    return !this.#isInTransaction;
  }
}
