import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator.ts';
import { createApp } from '../../src/app.ts';
import type { Clock } from '../../src/clock.ts';
import type { Timing } from '../../src/nodes/timing.ts';
import { createConfig, type Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { createSecrets } from '../../src/config/secrets.ts';
import { type FrontDoor, openFrontDoor } from './nodes/front-door.ts';
import { POSTGRES_PASSWORD } from './postgres-place.ts';
import { databaseEnv, prepareDatabase } from './postgres.ts';
import { ALL_ERROR_CODES } from '../../src/graphql/error-codes.ts';

/** Whatever a test is about: the codes that it meets are those that the schema has. */
export function expectKnownCodes(errors: readonly { readonly extensions: Record<string, unknown> }[] = []): void {
  for (const { extensions } of errors) {
    const code = String(extensions['code']);
    if (!Object.hasOwn(ALL_ERROR_CODES, code)) throw new Error(`${code} is no code of the schema`);
  }
}

/** What a GraphQL request came to. */
export interface GraphQLAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly data?: T | null | undefined;
  readonly errors?: readonly { message: string; path?: string[]; extensions: Record<string, unknown> }[] | undefined;
}

export interface TestPrivet extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly url: string;
  /** Where `/metrics` has a listener of its own. */
  readonly metricsUrl: string | undefined;
  /** The account's token. */
  readonly token: string;
  readonly dataDir: string;
  /** Everything that was logged. */
  readonly logs: string[];
  graphql<T = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    token?: string,
  ): Promise<GraphQLAnswer<T>>;
  /** Creates and links an instance, and waits until it is OPEN. */
  link(name: string, phoneNumber?: string): Promise<LinkedInstance>;
  waitForState(name: string, ...states: string[]): Promise<InstanceState>;
  /** Stops the service and starts it again on the same data. */
  restart(): Promise<void>;
  /** Stops it; `restart` starts it again. */
  stop(): Promise<void>;
}

export interface LinkedInstance {
  readonly name: string;
  readonly phoneNumber: string;
  /** The instance's own token. */
  readonly token: string;
}

export interface InstanceState {
  readonly state: string;
  readonly reason: { code: string; message: string; retryAt: string | null } | null;
}

export interface BootOptions {
  /** Environment variables beside those of the simulator. */
  readonly env?: Record<string, string>;
  /** Changes the config that comes of them: tests listen on loopback whatever `HOST` says. */
  readonly configured?: (config: Config) => Config;
  /** The service's, where it is not the system's. */
  readonly clock?: Clock & { readonly nodeTiming?: Timing };
  /** For the pauses between connections; the shortest ones where nothing else is said. */
  readonly random?: () => number;
  /** A database of Postgres, whatever the tests are about. */
  readonly databaseUrl?: string;
  /** Of that database; one of its own where nothing is said. */
  readonly encryptionKey?: Uint8Array;
  /** How long QR and pairing codes live, for example. */
  readonly simulator?: SimulatorOptions;
}

const WAIT_MS = 20_000;

/** The real service on a real database file and a free port, against a simulator of its own. */
export async function bootPrivet({
  env = {},
  configured = (config) => config,
  clock,
  random = () => 0,
  simulator: options,
  databaseUrl,
  encryptionKey = randomBytes(32),
}: BootOptions = {}): Promise<TestPrivet> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'privet-test-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  await prepareDatabase(dataDir);
  // To make and upload 812 keys takes longer than all else that pairing does, and is tested where it is meant.
  const simulator = stack.use(await startSimulator({ preKeys: 30, ...options }));
  const token = `test-${randomBytes(24).toString('base64url')}`;
  const logs: string[] = [];
  /** What no log line may hold, whatever the test is about. */
  const canaries = new Map([
    ['the account token', token],
    ['the password of the database', POSTGRES_PASSWORD],
  ]);
  stack.defer(() => {
    const text = logs.join('');
    for (const [name, canary] of canaries) if (text.includes(canary)) throw new Error(`${name} was logged`);
  });
  const databaseSecrets =
    databaseUrl === undefined ? createSecrets(readEnv(databaseEnv(dataDir))) : { databaseUrl, encryptionKey };
  const boot = (): Promise<FrontDoor> =>
    openFrontDoor(
      (node) =>
        createApp(
          configured(configFor(simulator, dataDir, { ...env, ...node })),
          { ...databaseSecrets, accountToken: token },
          {
            ...(clock && { clock }),
            ...(clock?.nodeTiming && { nodeTiming: clock.nodeTiming }),
            random,
            logDestination: { write: (l) => void logs.push(l) },
          },
        ),
      databaseSecrets.databaseUrl,
    );
  let app = await boot();
  stack.defer(() => app[Symbol.asyncDispose]());
  const owned = stack.move();

  const graphql: TestPrivet['graphql'] = async (query, variables, as = token) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${as}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(40_000),
    });
    const body: object & Pick<GraphQLAnswer, 'errors'> = await response.json();
    expectKnownCodes(body.errors);
    return { status: response.status, ...(body as object) };
  };

  const waitForState: TestPrivet['waitForState'] = async (name, ...states) => {
    const query = `query ($name: String!) { instance(name: $name) { state reason { code message retryAt } } }`;
    let last: InstanceState | null | undefined;
    for (const end = Date.now() + WAIT_MS; Date.now() < end; await delay(20)) {
      last = (await graphql<{ instance: InstanceState | null }>(query, { name })).data?.instance;
      if (last && states.includes(last.state)) return last;
    }
    throw new Error(`Instance ${name} is ${JSON.stringify(last)}, not ${states.join(' or ')}`);
  };

  return {
    simulator,
    token,
    dataDir,
    logs,
    get url() {
      return app.url;
    },
    get metricsUrl() {
      return app.metricsUrl;
    },
    graphql,
    waitForState,
    async link(name, phoneNumber) {
      const created = await graphql<{ createInstance: { token: string } }>(
        `
          mutation ($name: String!) {
            createInstance(name: $name) {
              token
            }
          }
        `,
        { name },
      );
      const paired = await graphql<{ pairInstance: { pairing: { qr: string } } }>(
        `
          mutation ($name: String!) {
            pairInstance(instance: $name) {
              pairing {
                qr
              }
            }
          }
        `,
        { name },
      );
      if (!created.data || !paired.data?.pairInstance) throw new Error(JSON.stringify([created, paired]));
      const { qr } = paired.data.pairInstance.pairing;
      const number = await simulator.scan(qr, phoneNumber);
      canaries.set(`the token of ${name}`, created.data.createInstance.token);
      canaries.set(`the QR text of ${name}`, qr);
      canaries.set(`the phone number of ${name}`, number);
      await waitForState(name, 'OPEN');
      return { name, phoneNumber: number, token: created.data.createInstance.token };
    },
    async restart() {
      await app[Symbol.asyncDispose]();
      app = await boot();
    },
    async stop() {
      await app[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configFor(simulator: Simulator, dataDir: string, env: Record<string, string>): Config {
  return createConfig(
    readEnv({
      PORT: '0',
      LOG_LEVEL: 'debug',
      PRIVET_DATA: dataDir,
      PRIVET_WHATSAPP_URL: simulator.url,
      PRIVET_WHATSAPP_ROOT_KEY: simulator.rootKey.toString('hex'),
      PRIVET_WHATSAPP_ROOT_SERIAL: String(simulator.rootSerial),
      PRIVET_RATE_LIMIT: '1000000',
      ...env,
    }),
  );
}
