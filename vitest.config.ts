import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** What every kind of database has to do alike: run on each of them. */
const ON_BOTH = [
  'src/cli/cli.test.ts',
  'src/instance/life.test.ts',
  'src/storage/archives.test.ts',
  'src/storage/keys/signal-keys.test.ts',
  'src/storage/outcomes.test.ts',
  'src/storage/repositories.test.ts',
  'src/storage/revisions.test.ts',
  'src/storage/settings/observed-settings.test.ts',
  'src/storage/tokens.test.ts',
  'src/storage/transaction.test.ts',
  'test/idempotency.test.ts',
];

/** What has to come before anything else of its process: a bound on what Node's own module does for all of it. */
const ALONE = ['src/wire/baileys/frames/bounded-inflate.test.ts'];

/**
 * Where the tests' databases lie: in memory, where a system has room for them there. A commit that waits for the disk costs
 * a hundred times as much, and that it does so shows in nothing that a test can see: no power is cut here.
 */
const IN_MEMORY = '/dev/shm';
const ROOM_BYTES = 2 * 2 ** 30;
const roomIn = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};
if (existsSync(IN_MEMORY) && roomIn(IN_MEMORY) >= ROOM_BYTES) {
  const folder = join(IN_MEMORY, `privet-tests-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true });
  process.env['TMPDIR'] ??= folder;
}

export default defineConfig({
  // Without these conditions vitest and graphql 17 load two copies of graphql.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'development|production'] } },
  test: {
    // A process takes one file after the other: to load the service anew for each costs more than most of the tests do.
    isolate: false,
    // Four on two cores, where Vitest would take one: most tests wait for a server, a process or a clock.
    maxWorkers: availableParallelism() + 2,
    // Tests that are side by side wait most of their time.
    maxConcurrency: 12,
    sequence: { sequencer: LongestFirst },
    // Node keeps what it has compiled: a service in a process of its own is there in two thirds of the time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    globalSetup: ['test/support/postgres-for-all.ts', 'test/support/built-console.ts'],
    setupFiles: 'test/support/drop-databases.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // CI's machine stalls now and then: what failed there runs once more, and the report says so.
    retry: process.env['CI'] === undefined ? 0 : 1,
    // Where a test says no time of its own, it is about what comes and not about when: a machine may be busy.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['src/**/*.test.ts', 'console/src/**/*.test.ts', 'simulator/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ALONE,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, isolate: true },
      },
      {
        extends: true,
        test: { name: 'postgres', include: ON_BOTH, env: { PRIVET_TEST_DATABASE: 'postgres' } },
      },
    ],
  },
});
