import { DatabaseSync } from 'node:sqlite';
import {
  type Dialect,
  type Driver,
  type Kysely,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Clock } from '../../clock.ts';
import { BUSY_MS, Contention } from '../dialects/contention.ts';
import { OneConnection } from './driver.ts';
import { hasNoRoomForIndex } from './faults.ts';

/**
 * SQLite can roll back `create table`, which lets all migrations be one transaction: a kill leaves none of them half.
 * And the driver itself sees to whose turn it is on the one connection, so Kysely need not.
 */
class OwnTurnsAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** A transaction that writes has the whole file: there is nothing to lock in it, row by row, as on a server. */
class NoRowLocks extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForUpdate') super.visitSelectModifier(node);
  }
}

export class NodeSqliteDialect implements Dialect {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #contention: Contention;

  constructor(database: DatabaseSync, clock: Clock, contention = new Contention(clock)) {
    this.#database = database;
    this.#clock = clock;
    this.#contention = contention;
  }

  createDriver(): Driver {
    return new OneConnection(this.#database, this.#contention, this.#clock);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new NoRowLocks();
  }

  createAdapter(): SqliteAdapter {
    return new OwnTurnsAdapter();
  }

  createIntrospector<T>(db: Kysely<T>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

const open = (path: string, pragmas: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  try {
    database.exec(`${pragmas} pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/**
 * Opens the file so that what was acknowledged survives a power cut. What locks it is waited for right here, up to 3 s.
 * Where the disk has no room for the 32 KB of memory that processes share, this one has the database for itself until it
 * closes it, which `onAlone` hears: SQLite needs no such memory then.
 */
export const openSqlite = (path: string, onAlone: () => void = () => {}): DatabaseSync => {
  try {
    return open(path, '');
  } catch (error) {
    if (!hasNoRoomForIndex(error)) throw error;
    const database = open(path, 'pragma locking_mode = exclusive;');
    onAlone();
    return database;
  }
};
