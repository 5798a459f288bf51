import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What every kind of database has to do alike: run on each of them. */
const ON_BOTH = [
  'src/instance/life.test.ts',
  'src/storage/keys/signal-keys.test.ts',
  'src/storage/outcomes.test.ts',
  'src/storage/repositories.test.ts',
  'src/storage/revisions.test.ts',
  'src/storage/tokens.test.ts',
];

export default defineConfig({
  // Without these conditions vitest and graphql 17 load two copies of graphql.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'development|production'] } },
  test: {
    // Two on two cores, where Vitest would take one: most tests wait for a server, a process or a clock.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'test/support/postgres-for-all.ts',
    setupFiles: 'test/support/drop-databases.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['src/**/*.test.ts', 'simulator/**/*.test.ts', 'test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'postgres', include: ON_BOTH, env: { PRIVET_TEST_DATABASE: 'postgres' } },
      },
    ],
  },
});
