import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Without these conditions vitest and graphql 17 load two copies of graphql.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'development|production'] } },
  test: {
    include: ['src/**/*.test.ts', 'simulator/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
