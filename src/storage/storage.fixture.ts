import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { openStorage, type Storage, type StorageOptions } from './storage.ts';

/** A folder of this test's own, gone when it ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'privet-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A real database file, closed when the test ends. */
export const temporaryStorage = async (options: Partial<StorageOptions> = {}): Promise<Storage> => {
  const storage = await openStorage({ dataDir: temporaryFolder(), ...options });
  onTestFinished(() => storage[Symbol.asyncDispose]());
  return storage;
};

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
 * Runs a module text that prints `done` at its end, cut before its first write, its second, … until one gets through.
 * `make` gives each run a text, and what has to hold behind it. Returns how many were cut.
 */
export const cutAtEachWrite = async (
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
  for (let n = 1; ; n += 2) {
    const [first, second] = await Promise.all([run(n), run(n + 1)]);
    if (first || second) return first ? n - 1 : n;
  }
};
