import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { bootNodes, type TestNode } from './support/nodes-in-process.ts';
import { onSqlite } from './support/postgres.ts';

const UPDATE = `mutation { updatePrivacy(instance: "shop", input: { visibility: { status: NONE } }) { stanzas } }`;
const READ = '{ privacy(instance: "shop") { visibility { status } } }';

/** Nobody reads which instance is whose until it is given up. */
async function lockInstances(databaseUrl: string): Promise<() => Promise<void>> {
  const client = new Client(databaseUrl);
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('begin');
  await client.query('lock table instances in access exclusive mode');
  return async () => void (await client.query('rollback'));
}

const timed = async (node: TestNode, query: string) => {
  const from = performance.now();
  const { errors } = await node.graphql(query);
  return { extensions: errors?.[0]?.extensions, ms: performance.now() - from };
};

// It runs on a Postgres of its own either way.
test.runIf(onSqlite)(
  'calls of an instance whose move takes long are told so in time, and nothing is done for them',
  { timeout: 120_000 },
  async () => {
    const rig = await bootNodes(['one', 'two'], { PRIVET_DRAIN_SECONDS: '50' });
    onTestFinished(() => rig[Symbol.asyncDispose]());
    const [one, two] = rig.nodes;
    if (!one || !two) throw new Error('There are two nodes');
    const { phoneNumber } = await rig.link(one, 'shop');
    const account = rig.simulator.account(phoneNumber);
    using silence = rig.simulator.addFault({ phoneNumber, match: { xmlns: 'privacy' }, do: 'silence' });
    const running = one.graphql(READ);
    await expect.poll(() => silence.hits).toBe(1);
    const stopped = one.stop();
    const isDraining = () => rig.logs.some((line) => line.includes('draining: instances are given'));
    await expect.poll(isDraining).toBe(true);
    // What runs is given 10 s, and keeps it here that long.
    await delay(1_000);
    const before = account.stanzas.length;
    const [here, there] = [timed(one, READ), timed(two, UPDATE)];
    await delay(500);
    const unlock = await lockInstances(rig.databaseUrl);
    const isMoving = { code: 'INSTANCE_NOT_CONNECTED', state: 'RECONNECTING', reason: { code: 'MOVING' } };
    expect((await here).extensions).toMatchObject(isMoving);
    expect((await there).extensions).toMatchObject(isMoving);
    expect(Math.max((await here).ms, (await there).ms)).toBeLessThan(26_000);
    expect((await running).errors).toBeDefined();
    expect(account.stanzas.slice(before).filter(({ type }) => type === 'set')).toEqual([]);
    silence[Symbol.dispose]();
    await unlock();
    await stopped;
    await rig.waitForState(two, 'shop', 'OPEN');
    expect((await two.graphql(READ)).data).toEqual({ privacy: { visibility: { status: 'ALL' } } });
  },
);
