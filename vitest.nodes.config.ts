import { globSync, readFileSync } from 'node:fs';
import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What is not about a service that callers see, or about one process alone, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'src/cli/commands/migrate-from.test.ts': 'it moves a folder of SQLite',
  'test/backing-off.test.ts': 'its clock goes in leaps, which time limits between nodes do not bear',
  'test/instance-lists.test.ts': 'it looks at the metrics, which are of one node each',
  'test/metrics.test.ts': 'they are of one node each',
  'test/nodes*.test.ts': 'they start their nodes themselves',
  'test/packed-keys.test.ts': "it is about SQLite's migrations",
};

/** What starts the service as its callers find it: these run unchanged, whatever stands behind its address. */
const frontDoor = globSync(['test/**/*.test.ts', 'src/**/*.test.ts'], { cwd: import.meta.dirname }).filter((file) =>
  /\b(sharedPrivet|bootPrivet)\(/.test(readFileSync(file, 'utf8')),
);

/** The tests of the front door through several nodes on Postgres: `PRIVET_TEST_NODES` says which. */
const nodes = mergeConfig(config, {});
const { projects: _both, ...test } = nodes.test ?? {};
nodes.test = {
  ...test,
  maxWorkers: 2,
  exclude: ['test/browser/**', ...Object.keys(LEFT_OUT)],
  projects: (['idle', 'turns'] as const).map((through) => ({
    extends: true,
    test: {
      name: through,
      include: frontDoor,
      env: { ...test.env, PRIVET_TEST_DATABASE: 'postgres', PRIVET_TEST_NODES: through },
    },
  })),
};

export default nodes;
