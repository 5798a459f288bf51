import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { type App, createApp } from '../../src/app.ts';
import { createConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import type { Timing } from '../../src/nodes/timing.ts';
import { makeDatabase } from './postgres.ts';
import { expectKnownCodes, type GraphQLAnswer, type InstanceState } from './privet.ts';

/** A tenth of what it is in service. */
export const QUICK: Timing = {
  ttlMs: 900,
  marginMs: 150,
  renewEveryMs: 200,
  renewAgainMs: 50,
  claimEveryMs: 50,
};

export interface TestNode {
  readonly name: string;
  readonly url: string;
  graphql<T = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<GraphQLAnswer<T>>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

export interface TestNodes extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly token: string;
  readonly databaseUrl: string;
  readonly logs: string[];
  readonly nodes: readonly TestNode[];
  /** Creates and links an instance there, and waits until it is OPEN. */
  link(node: TestNode, name: string): Promise<{ name: string; phoneNumber: string }>;
  waitForState(node: TestNode, name: string, ...states: string[]): Promise<InstanceState>;
}

const WAIT_MS = 20_000;

/** So many nodes on one database of a real Postgres, in this process. */
export async function bootNodes(
  names: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timing: Timing = QUICK,
): Promise<TestNodes> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'privet-nodes-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const simulator = stack.use(await startSimulator({ preKeys: 30 }));
  const databaseUrl = await makeDatabase();
  const encryptionKey = randomBytes(32);
  const token = `test-${randomBytes(24).toString('base64url')}`;
  const logs: string[] = [];
  const boot = (name: string): Promise<App> =>
    createApp(
      createConfig(
        readEnv({
          PORT: '0',
          LOG_LEVEL: 'debug',
          PRIVET_DATA: dataDir,
          PRIVET_NODE: name,
          // Instances stay where a test has put them.
          PRIVET_REBALANCE_SECONDS: '0',
          PRIVET_WHATSAPP_URL: simulator.url,
          PRIVET_WHATSAPP_ROOT_KEY: simulator.rootKey.toString('hex'),
          PRIVET_WHATSAPP_ROOT_SERIAL: String(simulator.rootSerial),
          PRIVET_RATE_LIMIT: '1000000',
          ...env,
        }),
      ),
      { databaseUrl, encryptionKey, accountToken: token },
      { random: () => 0, nodeTiming: timing, logDestination: { write: (line) => void logs.push(`${name} ${line}`) } },
    );
  const nodes: TestNode[] = [];
  for (const name of names) {
    const app = await boot(name);
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= (async () => app[Symbol.asyncDispose]())());
    stack.defer(stop);
    nodes.push({
      name,
      url: app.url,
      stop,
      graphql: async <T>(
        query: string,
        variables?: object,
        headers: Record<string, string> = {},
      ): Promise<GraphQLAnswer<T>> => {
        const response = await fetch(`${app.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
          body: JSON.stringify({ query, variables }),
          signal: AbortSignal.timeout(40_000),
        });
        const body: object & Pick<GraphQLAnswer, 'errors'> = await response.json();
        expectKnownCodes(body.errors);
        return { ...(body as GraphQLAnswer<T>), status: response.status };
      },
    });
  }
  const owned = stack.move();
  const waitForState: TestNodes['waitForState'] = async (node, name, ...states) => {
    const query = `query ($name: String!) { instance(name: $name) { state reason { code message retryAt } } }`;
    let last: InstanceState | null | undefined;
    for (const end = Date.now() + WAIT_MS; Date.now() < end; await delay(20)) {
      last = (await node.graphql<{ instance: InstanceState | null }>(query, { name })).data?.instance;
      if (last && states.includes(last.state)) return last;
    }
    throw new Error(`Instance ${name} is ${JSON.stringify(last)} at ${node.name}, not ${states.join(' or ')}`);
  };
  return {
    simulator,
    token,
    databaseUrl,
    logs,
    nodes,
    waitForState,
    async link(node, name) {
      await node.graphql(`mutation ($name: String!) { createInstance(name: $name) { token } }`, { name });
      const pair = `mutation ($name: String!) { pairInstance(instance: $name) { pairing { qr } } }`;
      for (let tries = 1; ; tries += 1) {
        const paired = await node.graphql<{ pairInstance: { pairing: { qr: string } | null } }>(pair, { name });
        if (!paired.data) throw new Error(JSON.stringify(paired));
        try {
          const phoneNumber = await simulator.scan(paired.data.pairInstance.pairing?.qr ?? '');
          await waitForState(node, name, 'OPEN');
          return { name, phoneNumber };
        } catch (error) {
          // A machine that stands still for most of a second costs a node its quick lease, and that ends a pairing.
          const { reason } = await waitForState(node, name, 'UNPAIRED');
          if (tries === 3 || reason?.code !== 'PAIRING_ENDED') throw error;
        }
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
