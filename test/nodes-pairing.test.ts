import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bootNodes, QUICK, type TestNode, type TestNodes } from './support/nodes-in-process.ts';

/** A machine that stands still for so long would end a pairing that goes on. */
const LASTING = { ...QUICK, ttlMs: 2_000 };

let rig: TestNodes;
let node: TestNode;
let observer: Client;
beforeAll(async () => {
  rig = await bootNodes(['a'], {}, LASTING);
  observer = new Client(rig.databaseUrl);
  await observer.connect();
  const [first] = rig.nodes;
  if (!first) throw new Error('There is a node');
  node = first;
});
afterAll(async () => {
  await observer.end();
  await rig[Symbol.asyncDispose]();
});

/** Until it resolves, somebody else has rows of the database: of the nodes, so that no lease is renewed, or of an instance. */
async function lock(sql: string): Promise<() => Promise<void>> {
  const client = new Client(rig.databaseUrl);
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`begin; ${sql}`);
  return async () => void (await client.query('rollback'));
}
const LEASES = 'lock table nodes in exclusive mode';
const rowOf = (name: string): string => `select from instances where name = '${name}' for update`;
/** Resolves once something waits for that row. */
const waitsForRow = () =>
  expect
    .poll(async () => {
      const { rows } = await observer.query<{ query: string }>(WAITING);
      return rows.map(({ query }) => query).join();
    })
    .toMatch(/update .*instances/);
const WAITING = `select query from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
const ready = async () => (await fetch(`${node.url}/health/ready`)).status;
const SHOWN = '{ state reason { code message } pairing { qr code } }';
const see = async (name: string) =>
  (await node.graphql(`query ($name: String!) { instance(name: $name) ${SHOWN} }`, { name })).data?.['instance'];

interface Paired {
  readonly pairInstance: { readonly state: string; readonly pairing: { qr: string; code: string } | null };
}
const create = (name: string) =>
  node.graphql('mutation ($name: String!) { createInstance(name: $name) { token } }', { name });
const pair = async (name: string, phoneNumber?: string): Promise<Paired['pairInstance']> => {
  const text = `mutation ($name: String!, $n: String) { pairInstance(instance: $name, phoneNumber: $n) ${SHOWN} }`;
  const { data, errors } = await node.graphql<Paired>(text, { name, n: phoneNumber });
  return data?.pairInstance ?? expect.unreachable(JSON.stringify(errors));
};
const ENDED = {
  state: 'UNPAIRED',
  reason: { code: 'PAIRING_ENDED', message: expect.stringContaining('lost touch with its database') as string },
  pairing: null,
};

test('what is to be scanned or typed is worth nothing once the node may store nothing, and that is said', async () => {
  await Promise.all(['by-qr', 'by-code'].map(create));
  const { pairing } = await pair('by-qr');
  expect((await pair('by-code', '+4915740012345')).pairing?.code).toMatch(/^\w{8}$/);
  const free = await lock(LEASES);
  await expect.poll(() => see('by-qr')).toEqual(ENDED);
  await expect.poll(() => see('by-code')).toEqual(ENDED);
  expect([await ready(), rig.simulator.sockets]).toEqual([503, 0]);
  await expect(rig.simulator.scan(pairing?.qr ?? '')).rejects.toThrow();
  await free();
  await expect.poll(ready).toBe(200);
  expect(await see('by-qr')).toEqual(ENDED);
  await rig.simulator.scan((await pair('by-qr')).pairing?.qr ?? '');
  await rig.waitForState(node, 'by-qr', 'OPEN');
});

test('a pairing begins once the lease holds: until then there is no link, and then something to scan', async () => {
  await create('begun');
  const freeRow = await lock(rowOf('begun'));
  const begun = pair('begun');
  await waitsForRow();
  const freeLeases = await lock(LEASES);
  await expect.poll(ready).toBe(503);
  await freeRow();
  await expect.poll(() => see('begun')).toMatchObject({ state: 'PAIRING', pairing: null });
  await freeLeases();
  const { state, pairing } = await begun;
  expect(state).toBe('PAIRING');
  await rig.simulator.scan(pairing?.qr ?? '');
  await rig.waitForState(node, 'begun', 'OPEN');
});

test('a scan that came before is stored, and its device linked, though the lease ends meanwhile', async () => {
  await create('scanned');
  const { pairing } = await pair('scanned');
  const freeRow = await lock(rowOf('scanned'));
  const scanned = rig.simulator.scan(pairing?.qr ?? '');
  await waitsForRow();
  const freeLeases = await lock(LEASES);
  await expect.poll(ready).toBe(503);
  await freeRow();
  const phoneNumber = await scanned;
  await freeLeases();
  await rig.waitForState(node, 'scanned', 'OPEN');
  expect(rig.simulator.account(phoneNumber).linkedDevices).toBe(1);
});
