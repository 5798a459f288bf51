import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Contention } from '../dialects/contention.ts';
import { isBusy, sqliteFault } from './faults.ts';

/** Few distinct statements exist; the bound is for those with a varying number of parameters. */
const MAX_PREPARED = 200;

/** The pauses between two tries for a lock that another process holds, in milliseconds; the last one again and again. */
const PAUSES_MS = [2, 5, 10, 20, 40, 80];
const LONGEST_PAUSE_MS = 100;

type GiveBack = () => void;

interface Prepared {
  readonly statement: StatementSync;
  /** Asked once: the answer names each column, and takes longer than a row. */
  readonly hasRows: boolean;
}

/** One at a time, in the order of asking. */
class OneByOne {
  #last: Promise<void> = Promise.resolve();
  #taken = 0;

  /** Whether nobody has the turn, or waits for it. */
  get isFree(): boolean {
    return this.#taken === 0;
  }

  async take(): Promise<GiveBack> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    this.#taken += 1;
    await before;
    return () => {
      this.#taken -= 1;
      resolve();
    };
  }
}

/**
 * The one connection of the process. A lock that another process holds is waited for with a timer, never within SQLite,
 * where the whole process would stand still. While a write waits so, reads go on: they need no lock. Writes keep their
 * order.
 */
export class OneConnection implements Driver {
  readonly #database: DatabaseSync;
  readonly #contention: Contention;
  readonly #clock: Clock;
  readonly #prepared = new Map<string, Prepared>();
  readonly #closing = new AbortController();
  /** Who may use the connection now. A transaction keeps it to its end. */
  readonly #uses = new OneByOne();
  /** Who writes next. */
  readonly #writes = new OneByOne();

  constructor(database: DatabaseSync, contention: Contention, clock: Clock) {
    this.#database = database;
    this.#contention = contention;
    this.#clock = clock;
  }

  async init(): Promise<void> {
    this.#database.exec('pragma busy_timeout = 0');
  }

  acquireConnection(): Promise<Lane> {
    return Promise.resolve(new Lane(this));
  }

  /** A deferred transaction that reads before it writes fails at once, however long one waits, when another wrote. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const lane = laneOf(connection);
    lane.keep(await this.#writes.take());
    lane.keep(await this.#enter(() => this.execute(CompiledQuery.raw('begin immediate'))));
    lane.isTransaction = true;
  }

  /** A commit that finds the database locked leaves the transaction as it is, to be committed a little later. */
  async commitTransaction(): Promise<void> {
    await this.#retried(() => Promise.resolve(this.execute(CompiledQuery.raw('commit'))));
    this.#contention.wrote();
  }

  /** After a full disk or an I/O error SQLite has rolled back by itself; a second one would hide the first error. */
  async rollbackTransaction(): Promise<void> {
    if (this.#database.isTransaction) this.execute(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    laneOf(connection).release();
  }

  async destroy(): Promise<void> {
    this.#closing.abort(new Error('The database is closed'));
    this.#prepared.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  /** One statement outside of a transaction. */
  async single<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    let result: QueryResult<R> = { rows: [] };
    const carryOut = (): void => void (result = this.execute<R>(query));
    if (SelectQueryNode.is(query.query)) {
      // It is over before anybody else could ask for a turn.
      if (this.#uses.isFree && this.#triedAtOnce(carryOut)) return result;
      (await this.#enter(carryOut))();
      return result;
    }
    const giveBack = await this.#writes.take();
    try {
      (await this.#enter(carryOut))();
      this.#contention.wrote();
      return result;
    } finally {
      giveBack();
    }
  }

  /** False where the database is locked. */
  #triedAtOnce(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  /** At once, whoever has the turn. */
  execute<R>(query: CompiledQuery): QueryResult<R> {
    try {
      return this.#run(query);
    } catch (error) {
      this.#contention.failed(sqliteFault(error));
      throw error;
    }
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const { statement, hasRows } = this.#prepare(sql);
    // Kysely's compiler only ever hands on what our repositories gave it: text, numbers, bytes and null.
    const inputs = parameters as readonly SQLInputValue[];
    if (hasRows) return { rows: statement.all(...inputs) as R[] };
    const { changes, lastInsertRowid } = statement.run(...inputs);
    return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
  }

  /** Does `work` with the connection, which is then the caller's until it is given back. */
  #enter(work: () => void): Promise<GiveBack> {
    return this.#retried(async () => {
      const giveBack = await this.#uses.take();
      try {
        work();
        return giveBack;
      } catch (error) {
        giveBack();
        throw error;
      }
    });
  }

  async #retried<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        const left = isBusy(error) ? this.#contention.struck() : 0;
        if (left === 0) throw error;
        await this.#clock.sleep(Math.min(left, PAUSES_MS[tries] ?? LONGEST_PAUSE_MS), this.#closing.signal);
      }
    }
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, hasRows: statement.columns().length > 0 };
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** What Kysely holds while it runs a statement, or a transaction. */
class Lane implements DatabaseConnection {
  isTransaction = false;
  readonly #driver: OneConnection;
  readonly #held: GiveBack[] = [];

  constructor(driver: OneConnection) {
    this.#driver = driver;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.isTransaction ? this.#driver.execute<R>(query) : this.#driver.single<R>(query);
  }

  /** All rows in one piece: node:sqlite reads them while nothing else runs anyway. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  keep(giveBack: GiveBack): void {
    this.#held.push(giveBack);
  }

  release(): void {
    for (const giveBack of this.#held.splice(0).toReversed()) giveBack();
  }
}

function laneOf(connection: DatabaseConnection): Lane {
  if (connection instanceof Lane) return connection;
  throw new TypeError('The connection is not one of this driver');
}
