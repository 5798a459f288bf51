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

/** What the edges see of the instances: not how they are run. */
const FLEET_CALLS = ['fleet/calls', 'instance/state.ts', 'instance/reasons.ts'];

export const PARTS: readonly Part[] = [
  { name: 'errors.ts', holds: 'error classes with a stable code', imports: [] },
  { name: 'version.ts', holds: 'the version, as package.json has it', imports: [] },
  { name: 'clock.ts', holds: 'the only timers', imports: [], packages: ['node:timers'] },
  { name: 'places.ts', holds: 'places to wait for', imports: ['errors.ts'] },
  { name: 'route.ts', holds: 'what both edges over HTTP say of a request: client, problem, fixed answer', imports: [] },
  { name: 'call.ts', holds: "a client's call and its deadline", imports: ['errors.ts', 'clock.ts'] },
  {
    name: 'config',
    holds: 'the environment, and the secrets in it',
    imports: ['errors.ts'],
    // What a misspelt variable may have meant.
    packages: ['graphql/jsutils/suggestionList.js', 'zod'],
  },
  {
    name: 'telemetry',
    holds: 'logs and metrics',
    imports: ['errors.ts', 'clock.ts'],
    packages: ['pino', 'prom-client'],
  },
  {
    name: 'wire',
    holds: 'stanza, reply, link, one connection attempt; knows no setting and no instance',
    imports: ['errors.ts', 'clock.ts', 'telemetry'],
  },
  {
    name: 'wire/baileys',
    holds: 'the one place that knows Baileys',
    imports: ['errors.ts', 'clock.ts', 'telemetry', 'wire'],
    packages: ['@whiskeysockets/baileys', 'libsignal'],
  },
  {
    name: 'privacy',
    holds: 'the field table, exclusion lists and the blocklist; plan → write → read back → judge; pure',
    imports: ['errors.ts', 'wire/stanza.ts', 'wire/reply.ts'],
  },
  {
    name: 'storage',
    holds: 'one repository a table, sealing, the database and its migrations',
    imports: ['errors.ts', 'clock.ts', 'telemetry'],
    packages: ['kysely', 'node:sqlite', 'pg'],
  },
  {
    name: 'nodes',
    holds: 'the life of one node of several: its lease, its claims, what it hands over',
    imports: ['errors.ts', 'clock.ts', 'places.ts', 'call.ts', 'telemetry', 'storage', 'peers'],
    packages: ['pino'],
  },
  {
    name: 'peers',
    holds: 'questions between nodes over HTTP/2; knows no instance',
    imports: ['errors.ts', 'clock.ts'],
    packages: ['pino'],
  },
  {
    name: 'instance',
    holds: 'one linked account: its life, logins, pairing, the open link, its settings',
    imports: ['errors.ts', 'clock.ts', 'places.ts', 'call.ts', 'telemetry', 'wire', 'privacy', 'storage'],
    packages: ['lru-cache', 'pino'],
  },
  {
    name: 'fleet',
    holds: 'all instances: who serves those calls',
    imports: [
      'errors.ts',
      'clock.ts',
      'places.ts',
      'call.ts',
      'telemetry',
      'wire/link.ts',
      'privacy',
      'storage',
      'instance',
      'nodes',
      'peers',
      'fleet/calls',
    ],
    packages: ['pino'],
  },
  {
    name: 'fleet/calls',
    holds: 'what the edges ask of the instances: finding, lifecycle, privacy calls, watching',
    imports: ['call.ts', 'privacy', 'storage/tokens.ts', 'instance/state.ts'],
  },
  {
    name: 'access',
    holds: 'principals, tokens, limits',
    imports: ['errors.ts', 'clock.ts', 'places.ts', 'telemetry', 'storage'],
    packages: ['graphql', 'graphql-rate-limit'],
  },
  {
    name: 'graphql',
    holds: 'an edge; thin',
    imports: ['errors.ts', 'clock.ts', 'call.ts', 'telemetry', 'privacy', 'access', ...FLEET_CALLS],
    packages: ['@pothos/*', 'graphql', 'graphql-yoga', 'libphonenumber-js', 'lru-cache', 'zod'],
  },
  {
    name: 'rest',
    holds: 'an edge; thin',
    imports: [
      'errors.ts',
      'version.ts',
      'clock.ts',
      'route.ts',
      'call.ts',
      'telemetry',
      'privacy',
      'access',
      ...FLEET_CALLS,
    ],
  },
  {
    name: 'http',
    holds: 'what listens: connections, sockets, the files of the console, the playground',
    imports: ['errors.ts', 'version.ts', 'clock.ts', 'route.ts', 'telemetry', 'access', 'graphql'],
    packages: ['@graphql-yoga/render-graphiql', '@whatwg-node/server', 'graphql', 'graphql-ws', 'graphql-yoga', 'ws'],
  },
  { name: 'server.ts', holds: 'the server', imports: ['route.ts', 'telemetry', 'graphql', 'http'] },
  {
    name: 'app.ts',
    holds: 'the composition root',
    imports: [
      'version.ts',
      'clock.ts',
      'config',
      'telemetry',
      'wire',
      'wire/baileys',
      'storage',
      'instance',
      'nodes',
      'peers',
      'fleet',
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
      'cli/remote',
    ],
    packages: ['@commander-js/extra-typings'],
  },
  {
    name: 'cli/remote',
    holds: 'the commands over HTTP; a client like any other',
    imports: [
      'errors.ts',
      'version.ts',
      'clock.ts',
      'cli/exit-codes.ts',
      'cli/io.ts',
      'cli/output.ts',
      'cli/usage-error.ts',
    ],
    packages: ['@commander-js/extra-typings', 'graphql-sse', 'uqr'],
  },
  { name: 'main.ts', holds: 'where it starts', imports: ['clock.ts', 'cli'] },
];
