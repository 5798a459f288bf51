import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startPostgres } from '../test/support/postgres-server.ts';
import { end } from './children.ts';
import { linkDevices, storePrivet } from './fleet.ts';
import { clientOf, privetEnv, type PrivetClient } from './privet.ts';
import { SERVICE, startServer } from './server-process.ts';
import { startSimulator } from './simulator-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A database with linked instances, and what it takes to run nodes on it. */
export interface NodesWorld extends AsyncDisposable {
  /** Starts so many nodes, and waits until every instance is OPEN on one of them. */
  start(count: number): Promise<RunningNodes>;
}

export interface RunningNodes extends AsyncDisposable {
  readonly clients: readonly PrivetClient[];
  /** By the name of the instance, the place in `clients` of the node that has it. */
  readonly owners: ReadonlyMap<string, number>;
}

const nodeName = (index: number): string => `node-${index}`;

/** Real processes, a real Postgres, and one WhatsApp for all. */
export async function openNodesWorld(instances: number): Promise<NodesWorld> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const simulator = stack.use(await startSimulator());
  const postgres = stack.use(await startPostgres());
  const databaseUrl = postgres.url('postgres');
  const masterKey = randomBytes(32);
  const { address } = simulator;
  const devices = await linkDevices(address, '4917', instances);
  await storePrivet({ dataDir: folder.path, databaseUrl, masterKey }, devices);
  const env = (name: string) => ({
    ...process.env,
    ...privetEnv(address, folder.path),
    DATABASE_URL: databaseUrl,
    PRIVET_ENCRYPTION_KEY: masterKey.toString('hex'),
    PRIVET_NODE: name,
    PRIVET_LOGIN_RATE: '40',
    // All of them end together: there is nobody to hand over to.
    PRIVET_DRAIN_SECONDS: '0',
    // Whose call is measured has it.
    PRIVET_REBALANCE_SECONDS: '0',
  });
  const running: { child: ChildProcess; client: PrivetClient }[] = [];
  const endThem = async (): Promise<void> => void (await Promise.all(running.splice(0).map(({ child }) => end(child))));
  stack.defer(endThem);
  const kept = stack.move();
  return {
    async start(count) {
      const names = Array.from({ length: count }, (_, index) => nodeName(index));
      const nodes = await Promise.all(
        names.map(async (name) => {
          const { child, url } = await startServer([SERVICE, 'serve'], env(name), 'ignore');
          return { child, client: clientOf(url) };
        }),
      );
      running.push(...nodes);
      await nodes[0]?.client.allOpen();
      return {
        clients: nodes.map(({ client }) => client),
        owners: await ownersIn(databaseUrl, names),
        [Symbol.asyncDispose]: endThem,
      };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function ownersIn(url: string, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; node: string }>(
      'select i.name, n.id as node from instances i join nodes n on n.incarnation = i.owner_incarnation',
    );
    return new Map(rows.map(({ name, node }) => [name, names.indexOf(node)]));
  } finally {
    await client.end();
  }
}
