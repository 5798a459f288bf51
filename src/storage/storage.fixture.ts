import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { databaseEnv, onPostgres, onSqlite, prepareDatabase, runSql } from '../../test/support/postgres.ts';
import { databasePath } from './sqlite/database.ts';
import { openStorage, type Storage, type StorageOptions } from './storage.ts';

/** A folder of this test's own, gone when it ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'privet-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** What opens the database that belongs to a folder. */
export const databaseOf = async (dataDir: string): Promise<StorageOptions> => {
  await prepareDatabase(dataDir);
  const { DATABASE_URL: databaseUrl, PRIVET_ENCRYPTION_KEY: key } = databaseEnv(dataDir);
  return { dataDir, databaseUrl, ...(key !== undefined && { masterKey: Buffer.from(key, 'hex') }) };
};

/** A real database, closed when the test ends. */
export const temporaryStorage = async (options: Partial<StorageOptions> = {}): Promise<Storage> => {
  const storage = await openStorage({ ...(await databaseOf(options.dataDir ?? temporaryFolder())), ...options });
  onTestFinished(() => storage[Symbol.asyncDispose]());
  return storage;
};

/** Changes or reads the database behind the storage's back. */
export const behindTheBack = async (dataDir: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
  const { databaseUrl } = await databaseOf(dataDir);
  if (databaseUrl !== undefined) return runSql(databaseUrl, sql);
  using database = new DatabaseSync(databasePath(dataDir), { timeout: 5_000 });
  if (/^select /i.test(sql)) return database.prepare(sql).all();
  database.exec(sql);
  return [];
};

/** From now on no row of the table can be inserted, changed or deleted. */
export const refuseTo = async (dataDir: string, what: 'insert' | 'update' | 'delete', table: string): Promise<void> => {
  const refusal = onPostgres
    ? `create or replace function refuse() returns trigger as $$ begin raise 'no' using errcode = '23514'; end $$ language plpgsql;
       create trigger refuse before ${what} on ${table} for each row execute function refuse()`
    : `create trigger refuse before ${what} on ${table} begin select raise(abort, 'no'); end`;
  await behindTheBack(dataDir, refusal);
};

export const allowAgain = async (dataDir: string, table: string): Promise<void> => {
  await behindTheBack(dataDir, onPostgres ? `drop trigger refuse on ${table}` : 'drop trigger refuse');
};

/** All that the database holds, as bytes: its rows, and its files with what was deleted. */
export const everythingStored = async (dataDir: string): Promise<Buffer> => {
  if (onSqlite) return Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));
  const tables = await behindTheBack(dataDir, `select tablename from pg_tables where schemaname = 'public'`);
  const values: unknown[] = [];
  for (const { tablename } of tables) {
    const rows = await behindTheBack(dataDir, `select * from ${String(tablename)}`);
    values.push(...rows.flatMap((row) => Object.values(row)));
  }
  await behindTheBack(dataDir, 'checkpoint');
  const files = `select pg_read_binary_file(pg_relation_filepath(oid)) from pg_class
    where relkind in ('r', 'i', 't') and oid >= 16384`;
  for (const row of await behindTheBack(dataDir, files)) values.push(...Object.values(row));
  return Buffer.concat(values.map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))));
};

/** Bytes in a statement. */
export const bytes = (hex: string): string => (onPostgres ? `'\\x${hex}'::bytea` : `x'${hex}'`);

export interface Child {
  readonly process: ChildProcess;
  /** The lines it prints on stdout. */
  readonly lines: AsyncIterator<string>;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Runs a module text in a process of its own; `import.meta.dirname` is not set, so import by absolute URL. */
export const runModule = (source: string): Child => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { process: child, lines, kill };
};

/** Put before a module text: ends the process, as a power cut would, before its n-th call that changes a file. */
export const killBeforeWrite = (n: number): string => `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  import { StatementSync } from 'node:sqlite';
  let left = ${n};
  const cut = () => { if (--left === 0) process.kill(process.pid, 'SIGKILL'); };
  for (const name of ['writeSync', 'fsyncSync', 'renameSync', 'linkSync', 'rmSync', 'copyFileSync']) {
    const original = fs[name];
    fs[name] = (...args) => { cut(); return original(...args); };
  }
  syncBuiltinESMExports();
  for (const name of ['run', 'all']) {
    const original = StatementSync.prototype[name];
    StatementSync.prototype[name] = function (...args) {
      if (!/^(select|pragma (?!wal_checkpoint))/i.test(this.sourceSQL)) cut();
      return original.apply(this, args);
    };
  }
`;

/**
 * Runs a module text that prints `done` at its end, cut before its first write and before one in so many from there on,
 * until it gets through. `make` gives each run a text, and what has to hold behind it. Returns the last write it was cut at.
 */
export const cutAtWrites = async (
  every: number,
  make: () => { readonly source: string; check(): Promise<void> },
): Promise<number> => {
  const run = async (n: number): Promise<boolean> => {
    const { source, check } = make();
    const child = runModule(killBeforeWrite(n) + source);
    const isDone = (await child.lines.next()).value === 'done';
    await child.kill();
    await check();
    return isDone;
  };
  for (let n = 1; ; n += 2 * every) {
    const [first, second] = await Promise.all([run(n), run(n + every)]);
    if (first || second) return first ? n - every : n;
  }
};

export const addInstance = async (storage: Storage, name: string, accountId?: string) => {
  const account = accountId ?? (await storage.accounts.create({ label: '' })).id;
  return storage.instances.insert({ accountId: account, name, wanted: 'stopped', state: 'UNPAIRED' });
};

/** When an archive's time is up that a test does not wait for. */
export const SOON = Date.now() + 3_600_000;
