import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What asserts no time that another test's work could stretch: none of these runs a second time. */
const SIDE_BY_SIDE = [
  'browser/late-answers',
  'browser/console-everywhere',
  'browser/console-faults',
  'browser/console-markup',
  'browser/watchers',
  'cli-terminal',
  'clients-restart',
  'contact-lists',
  'cut-commands',
  'disconnects-outcome',
  'examples',
  'exclusions-devices',
  'harness',
  'harness-guards',
  'harness-nodes',
  'harness-storage',
  'harness-storage-link',
  'image',
  'kills',
  'packed-keys',
  'pairing-kills',
  'postgres-killed',
  'postgres-locked',
  'postgres-silent',
  'rollback-lists',
  'random-categories',
  'second-service',
  'survival-sigterm',
].map((name) => `test/${name}.long.ts`);

/** Nodes in processes of their own, whose leases end where a machine has no time for them: these have it to themselves. */
const NODES = ['test/nodes-*.long.ts'];

/** What takes minutes: kills of the service by the hundred, a thousand instances at once, every guard taken away. */
const long = mergeConfig(config, {});
const { projects: _both, ...test } = long.test ?? {};
long.test = {
  ...test,
  isolate: true,
  projects: [
    {
      extends: true,
      test: { name: 'side by side', include: SIDE_BY_SIDE, maxWorkers: 3, retry: 0, sequence: { groupOrder: 1 } },
    },
    {
      extends: true,
      test: {
        name: 'timed',
        include: ['test/**/*.long.ts'],
        exclude: [...SIDE_BY_SIDE, ...NODES],
        // Most of them wait: one at a time would leave half of a machine idle.
        maxWorkers: 2,
        sequence: { groupOrder: 2 },
      },
    },
    {
      extends: true,
      test: { name: 'nodes', include: NODES, maxWorkers: 1, sequence: { groupOrder: 3 } },
    },
  ],
};

export default long;
