import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, whatever the size of its file, by which a fresh clone would order them: begun last, one of these is
 * waited for alone. What keeps the processors busy takes turns with what mostly waits, and what is about being held up comes
 * beside that.
 */
const LONGEST_OF_TEST = [
  'test/attacks',
  'test/survival-login',
  'test/demo',
  'test/browser/console',
  'test/browser/first-minute',
  'test/unread-answers',
  'test/process',
  'test/npm-start',
  'test/harness',
  'test/pairing',
  'test/kill',
  'test/owner-removed',
  'test/full-disk',
  'src/storage/postgres/away',
  'test/hostile-http',
  'test/harness-storage-link',
  'test/canaries',
  'test/revocation',
  'test/hostile-frames-link',
  'test/update-silence',
  'src/cli/serve',
  'test/lost-database',
  'test/exclusions',
  'test/graphql-sockets',
  'test/lifecycle',
  'test/disconnects-service',
  'test/pairing-ended',
  'test/token-limits',
  'test/harness-nodes',
  'test/nodes-drain',
  'test/harness-storage',
  'test/reads',
  'test/costly-frames',
  'test/subscriptions',
  'test/first-token',
  'test/refused-reads',
  'test/busy-database',
  'test/metrics',
  'src/cli/commands/backup',
  'test/cut-commands',
  'test/postgres-killed',
];

/** The same of what takes minutes. */
const LONGEST_OF_LONG = [
  'test/kills',
  'test/pairing-kills',
  'test/browser/console-everywhere',
  'test/survival-sigterm',
  'test/random-categories',
  'test/browser/console-markup',
  'test/browser/console-faults',
  'test/image',
  'test/attacks',
  'test/survival',
  'test/browser/console-crowd',
  'test/held-up',
];

const LONGEST = [
  ...LONGEST_OF_TEST.map((name) => `${name}.test.ts`),
  ...LONGEST_OF_LONG.map((name) => `${name}.long.ts`),
].map((name) => resolve(import.meta.dirname, '../..', name));

/** A database's server starts, and its tests take their time: they come before all others. */
const FIRST_PROJECT = 'postgres';

/** The longest first. The files of a project stay together, since a process takes only those of one. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = LONGEST.filter((path) => !existsSync(path));
    if (gone.length > 0) throw new Error(`There is no ${gone.join(', ')}: longest-first.ts is to be changed`);
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(moduleId);
      return place === -1 ? LONGEST.length : place;
    };
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    return projects
      .sort((a, b) => Number(b === FIRST_PROJECT) - Number(a === FIRST_PROJECT))
      .flatMap((name) => sorted.filter(({ project }) => project.name === name).sort((a, b) => rank(a) - rank(b)));
  }
}
