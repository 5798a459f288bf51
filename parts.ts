/**
 * The parts of `src` and what each may import: the only table of it. `oxlint.config.ts` makes the import rules from it,
 * CONTRIBUTING.md shows it. What no row names may import nothing, and nothing may import it.
 */
export interface Part {
  /** A folder of `src`, or a file of it. */
  readonly name: string;
  readonly holds: string;
  /** Other parts, or single files of theirs. */
  readonly imports: readonly string[];
  /** Beside Node's own modules, of which all but timers and the database driver may be imported. */
  readonly packages?: readonly string[];
}

/** What the edges see of the sessions: not how they are run. */
const SESSION_CALLS = ['sessions', 'session-service', 'noted-sessions', 'state', 'reasons', 'watch-all'].map(
  (file) => `session/${file}.ts`,
);

export const PARTS: readonly Part[] = [
  { name: 'errors.ts', holds: 'error classes with a stable code', imports: [] },
  { name: 'version.ts', holds: 'the version, as package.json has it', imports: [] },
  { name: 'clock.ts', holds: 'the only timers', imports: [], packages: ['node:timers'] },
  { name: 'places.ts', holds: 'places to wait for', imports: ['errors.ts'] },
  { name: 'call.ts', holds: "a client's call and its deadline", imports: ['errors.ts', 'clock.ts'] },
  {
    name: 'config',
    holds: 'the environment, and the secrets in it',
    imports: ['errors.ts'],
    // What a misspelt variable may have meant.
    packages: ['graphql/jsutils/suggestionList.js'],
  },
  {
    name: 'telemetry',
    holds: 'logs and metrics',
    imports: ['errors.ts', 'clock.ts'],
    packages: ['pino', 'prom-client'],
  },
  { name: 'events', holds: 'topics', imports: [], packages: ['graphql-yoga'] },
  { name: 'privacy', holds: 'the field table, plan → write → read back → judge; pure', imports: ['errors.ts'] },
  {
    name: 'storage',
    holds: 'migrations, one repository a table, sealing',
    imports: ['errors.ts', 'clock.ts', 'telemetry'],
    packages: ['kysely', 'node:sqlite'],
  },
  {
    name: 'session',
    holds: 'instances, their connections, their states',
    imports: ['errors.ts', 'clock.ts', 'places.ts', 'call.ts', 'telemetry', 'events', 'privacy', 'storage'],
    packages: ['pino'],
  },
  {
    name: 'session/baileys',
    holds: 'the one place that knows Baileys',
    imports: ['errors.ts', 'clock.ts', 'privacy', 'session'],
    packages: ['@whiskeysockets/baileys', 'libsignal'],
  },
  {
    name: 'access',
    holds: 'tokens, limits',
    imports: ['errors.ts', 'clock.ts', 'places.ts', 'telemetry', 'storage'],
    packages: ['graphql', 'graphql-rate-limit'],
  },
  {
    name: 'graphql',
    holds: 'an edge; thin',
    imports: ['errors.ts', 'clock.ts', 'call.ts', 'telemetry', 'privacy', 'access', ...SESSION_CALLS],
    packages: ['@pothos/*', 'graphql', 'graphql-yoga', 'libphonenumber-js', 'lru-cache', 'zod'],
  },
  {
    name: 'rest',
    holds: 'an edge; thin',
    imports: ['errors.ts', 'version.ts', 'clock.ts', 'call.ts', 'telemetry', 'privacy', 'access', ...SESSION_CALLS],
  },
  {
    name: 'http',
    holds: 'what listens: connections, sockets, the playground',
    imports: ['errors.ts', 'version.ts', 'clock.ts', 'telemetry', 'access', 'graphql'],
    packages: ['@graphql-yoga/render-graphiql', 'graphql', 'graphql-ws', 'graphql-yoga', 'ws'],
  },
  { name: 'server.ts', holds: 'the server', imports: ['telemetry', 'graphql', 'http'] },
  {
    name: 'app.ts',
    holds: 'the composition root',
    imports: [
      'version.ts',
      'clock.ts',
      'config',
      'telemetry',
      'events',
      'storage',
      'session',
      'session/baileys',
      'access',
      'rest',
      'http',
      'server.ts',
    ],
    packages: ['pino'],
  },
  {
    name: 'cli',
    holds: 'the command line',
    imports: [
      'errors.ts',
      'version.ts',
      'clock.ts',
      'config',
      'telemetry',
      'storage',
      'access',
      'graphql/global-id.ts',
      'app.ts',
    ],
  },
  { name: 'main.ts', holds: 'where it starts', imports: ['clock.ts', 'cli'] },
];
