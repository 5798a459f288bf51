import { createServer, connect, type Socket } from 'node:net';
import type { App } from '../../../src/app.ts';
import { runSql } from '../postgres.ts';

/**
 * What the tests' calls go through, where they are about several nodes: `idle`, one that has no instance, or `turns`, three
 * of them, another one for each connection.
 */
const through = process.env['PRIVET_TEST_NODES'];

/** What the tests see of a service, of however many nodes. */
export type FrontDoor = Pick<App, 'url' | 'metricsUrl'> & AsyncDisposable;

/** From now on what the idle node would take or make is the other one's. */
const TAKES_NOTHING = `
  create or replace function to_who_works() returns trigger as $$
  begin
    if new.owner_incarnation = (select incarnation from nodes where id = 'idle') then
      new.owner_incarnation := (select incarnation from nodes where id = 'at-work');
    end if;
    return new;
  end $$ language plpgsql;
  create or replace trigger to_who_works before insert or update on instances
    for each row execute function to_who_works()`;

/** Instances stay where they are: tests count what they do. */
const STAYS = { PRIVET_REBALANCE_SECONDS: '0' };

/**
 * Starts the service, with the variables that it needs to be one of several nodes.
 * @param databaseUrl of the database that they share
 */
export async function openFrontDoor(
  boot: (env: Readonly<Record<string, string>>) => Promise<App>,
  databaseUrl: string | undefined,
): Promise<FrontDoor> {
  if (through === undefined) return boot({});
  await using stack = new AsyncDisposableStack();
  // The last ends first: who calls is answered until then by nodes that are there.
  if (through === 'idle') {
    stack.use(await boot({ PRIVET_NODE: 'at-work', ...STAYS }));
    if (databaseUrl === undefined) throw new Error('PRIVET_TEST_NODES needs PRIVET_TEST_DATABASE=postgres');
    await runSql(databaseUrl, TAKES_NOTHING);
    const idle = stack.use(await boot({ PRIVET_NODE: 'idle', ...STAYS }));
    return doorOf(idle, stack.move());
  }
  if (through !== 'turns') throw new Error(`PRIVET_TEST_NODES is idle or turns, not ${through}`);
  const apps: App[] = [];
  for (const name of ['one', 'two', 'three']) apps.push(stack.use(await boot({ PRIVET_NODE: name, ...STAYS })));
  const turns = stack.use(await takeTurns(apps.map(({ url }) => Number(new URL(url).port))));
  return doorOf({ url: turns.url, metricsUrl: apps[0]?.metricsUrl }, stack.move());
}

const doorOf = ({ url, metricsUrl }: Pick<App, 'url' | 'metricsUrl'>, all: AsyncDisposable): FrontDoor => ({
  url,
  metricsUrl,
  [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
});

/** Gives each connection to the next one of these ports. */
async function takeTurns(ports: readonly number[]): Promise<{ readonly url: string } & AsyncDisposable> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const node = connect({ port: ports[(turn += 1) % ports.length] ?? 0, host: '127.0.0.1', allowHalfOpen: true });
    for (const [from, to] of [
      [client, node],
      [node, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('It listens on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
