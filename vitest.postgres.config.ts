import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What is about SQLite alone, and why. Single tests of other files say so by `sqliteOnly`. */
const SQLITE_ONLY: Readonly<Record<string, string>> = {
  'test/browser/**': 'a page sees no database',
  'src/storage/sqlite/**': 'its files, its driver and its locks',
  'src/storage/storage.test.ts': 'the data folder, its files and its key file',
  'src/cli/commands/backup.test.ts': 'a backup of Postgres is made by its own tools',
  'test/cut-commands.test.ts': 'commands that write files in their order, cut before each write',
  'src/cli/remote/**': 'a command over HTTP sees no database',
  'test/backing-off.test.ts': "its clock goes in leaps, which a node's lease does not bear",
  'test/clients-*.test.ts': 'a client sees no database',
  'test/npm-start.test.ts': 'npm and signals, whatever its service has open',
  'test/harness*.test.ts': "faults are put in SQLite's driver, on a clock that a server does not follow",
};

/** What opens no database, or brings its own Postgres whatever the tests are about: not worth another run. */
const NEITHER = [
  'src/storage/{nodes,postgres}/**',
  'test/{nodes*,postgres-killed}.test.ts',
  'src/access/{client-address,limits/gate,limits/rate-limit,tokens/token-watch,tokens/tokens}.test.ts',
  'src/cli/{completion/completion,parent,signals,usage}.test.ts',
  'src/fleet/{once-only/unstored-outcomes,spread/router,spread/spread-watching,upkeep,watching/*}.test.ts',
  'src/instance/{login,privacy}/**',
  'src/storage/sealing/seal.test.ts',
  'test/graphql-{answers,contacts,limits,server,sockets,sockets-bounds,streams}.test.ts',
  'test/{arrivals,demo,http-connections,public,rest-failures,rest-openapi,token-limits,unread-answers}.test.ts',
  'test/{check-node,disconnects,graphql-schema,hostile-frames-link,image,production-install,stored-already}.test.ts',
  'test/{survival-login,walls}.test.ts',
];

/** All that uses a database, on Postgres: `npm run test:postgres`. */
const postgres = mergeConfig(config, {});
const { projects: _both, ...test } = postgres.test ?? {};
postgres.test = {
  ...test,
  // The server takes a core as well.
  maxWorkers: 2,
  include: ['test/**/*.test.ts', 'src/{access,cli,fleet,instance,storage}/**/*.test.ts'],
  exclude: [...Object.keys(SQLITE_ONLY), ...NEITHER],
  env: { ...test.env, PRIVET_TEST_DATABASE: 'postgres' },
  reporters: ['default', { onInit: tellLeftOut }],
};

/** As `sqliteOnly` does. */
function tellLeftOut(): void {
  for (const [files, why] of Object.entries(SQLITE_ONLY)) {
    process.stdout.write(`left out on Postgres: ${files}: ${why}\n`);
  }
}

export default postgres;
