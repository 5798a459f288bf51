import { StatementSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { textOf } from '../src/privacy/snapshot-text.ts';
import { addInstance, allowAgain, behindTheBack, refuseTo, temporaryStorage } from '../src/storage/storage.fixture.ts';
import { freeName, freePhone } from './support/life.ts';
import { sqliteOnly } from './support/postgres.ts';
import { sharedPrivet } from './support/shared-privet.ts';

interface Settings {
  readonly id: string;
  readonly instance: { readonly name: string };
  readonly visibility: { readonly status: string };
  readonly observedAt: string;
  readonly stale: boolean;
}

interface Listed {
  readonly name: string;
  readonly lastSettings: Settings | null;
}

const LAST = 'lastSettings { id instance { name } visibility { status } observedAt stale }';

const privet = await sharedPrivet();

/** The settings of one instance, as the list has them. */
async function listed(name: string, token?: string): Promise<Settings | null | undefined> {
  const query = `{ instances(first: 100) { nodes { name ${LAST} } } }`;
  const { data, errors } = await privet.graphql<{ instances: { nodes: Listed[] } }>(query, {}, token);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.instances.nodes.find((node) => node.name === name)?.lastSettings;
}

const link = (lid = true) => {
  const phone = freePhone();
  privet.simulator.createAccount(phone, { lid });
  return privet.link(freeName(), phone);
};
const run = (mutation: string) => privet.graphql(`mutation { ${mutation} }`);
const stop = (name: string) => run(`stopInstance(instance: "${name}") { state }`);
const reads = (phoneNumber: string) => privet.simulator.account(phoneNumber).stanzas.length;

/** What is stored of an instance, sealed: it is another one after each storing. */
async function sealed(name: string): Promise<string | undefined> {
  const [row] = await behindTheBack(
    privet.dataDir,
    `select sealed from observed_settings join instances on id = instance_id where name = '${name}'`,
  );
  return row && Buffer.from(row['sealed'] as Uint8Array).toString('hex');
}

test.each([
  ['a LID', true],
  ['none', false],
])(
  'of an account with %s a list shows what the phone changed, without a read; what was stored stays through a stop and a restart',
  async (_, lid) => {
    const { name, phoneNumber } = await link(lid);
    const first = await listed(name);
    expect(first).toMatchObject({ instance: { name }, visibility: { status: 'ALL' }, stale: false });

    privet.simulator.setPrivacy(phoneNumber, 'status', 'contacts');
    await expect.poll(() => listed(name)).toMatchObject({ visibility: { status: 'CONTACTS' }, stale: false });
    const changed = await listed(name);
    const before = reads(phoneNumber);
    expect((await listed(name))?.id).toBe(first?.id);
    await stop(name);
    expect(await listed(name)).toEqual({ ...changed, stale: true });

    await privet.restart();
    expect(await listed(name)).toEqual({ ...changed, stale: true });
    expect(reads(phoneNumber)).toBe(before);

    // One whose session is held, but which has not been connected since.
    const { data } = await privet.graphql(`{ instance(name: "${name}") { state ${LAST} } }`);
    expect(data).toEqual({ instance: { state: 'STOPPED', lastSettings: { ...changed, stale: true } } });
  },
);

test('a start that finds what is stored writes nothing, and the settings hold since they were observed first', async () => {
  const { name } = await link();
  await expect.poll(() => sealed(name)).toBeDefined();
  const stored = await sealed(name);
  await privet.restart();
  await privet.waitForState(name, 'OPEN');
  await privet.graphql(`{ privacy(instance: "${name}") { id } }`);
  expect(await listed(name)).toMatchObject({ stale: false });
  await stop(name);
  const last = await listed(name);
  await privet.restart();
  expect(await sealed(name)).toBe(stored);
  const since = await listed(name);
  expect(Date.parse(since?.observedAt ?? '')).toBeLessThan(Date.parse(last?.observedAt ?? ''));

  await run(`startInstance(instance: "${name}") { state }`);
  await privet.waitForState(name, 'OPEN');
  await stop(name);
  await privet.restart();
  expect([await sealed(name), await listed(name)]).toEqual([stored, since]);
});

test('an update that is conditional on what was seen before a restart is made where nothing changed since, and else not', async () => {
  const { name, phoneNumber } = await link();
  const seen = (await listed(name))?.observedAt ?? '';
  const update = async (status: string, ifObservedAt: string) => {
    const { data, errors } = await run(
      `updatePrivacy(instance: "${name}", input: { visibility: { status: ${status} }, ifObservedAt: "${ifObservedAt}" }) { outcomes { result } }`,
    );
    return errors ? errors[0]?.extensions['code'] : data;
  };
  const restarted = async () => {
    await privet.restart();
    await privet.waitForState(name, 'OPEN');
  };
  await restarted();
  expect(await update('CONTACTS', seen)).toEqual({ updatePrivacy: { outcomes: [{ result: 'APPLIED' }] } });
  await restarted();
  expect(await update('NONE', seen)).toBe('CONFLICT');

  const again = (await listed(name))?.observedAt ?? '';
  await privet.stop();
  privet.simulator.setPrivacy(phoneNumber, 'status', 'all');
  await privet.restart();
  await privet.waitForState(name, 'OPEN');
  expect(await update('NONE', again)).toBe('CONFLICT');

  // The time that a list shows of one that is not connected does as well.
  await stop(name);
  await privet.restart();
  const stored = (await listed(name))?.observedAt ?? '';
  await run(`startInstance(instance: "${name}") { state }`);
  await privet.waitForState(name, 'OPEN');
  expect(await update('NONE', stored)).toEqual({ updatePrivacy: { outcomes: [{ result: 'APPLIED' }] } });
});

test('a change that is announced while a conditional update reads what holds is seen before anything is written', async () => {
  const { name, phoneNumber } = await link();
  const seen = (await listed(name))?.observedAt ?? '';
  const sent = () => privet.simulator.account(phoneNumber).stanzas;
  const before = sent().length;
  // That of the update, and the one that the announcement asks for.
  const read = { xmlns: 'privacy', type: 'get' };
  privet.simulator.addFault({ match: read, do: 'delay', delay: 'reply', ms: 300, times: 2 });
  const updating = run(
    `updatePrivacy(instance: "${name}", input: { visibility: { status: NONE }, ifObservedAt: "${seen}" }) { stanzas }`,
  );
  await expect.poll(() => sent().length, { interval: 5 }).toBe(before + 1);
  privet.simulator.setPrivacy(phoneNumber, 'last', 'contacts');
  expect((await updating).errors?.[0]?.extensions['code']).toBe('CONFLICT');
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ status: 'all', last: 'contacts' });
});

test('what could not be stored is the one before after a restart, and holds nothing up', async () => {
  const { name, phoneNumber } = await link();
  const before = await listed(name);
  await refuseTo(privet.dataDir, 'update', 'observed_settings');
  const { data } = await run(
    `updatePrivacy(instance: "${name}", input: { visibility: { status: NONE } }) { outcomes { result } }`,
  );
  expect(data).toEqual({ updatePrivacy: { outcomes: [{ result: 'APPLIED' }] } });
  expect(await listed(name)).toMatchObject({ visibility: { status: 'NONE' }, stale: false });
  await stop(name);
  expect(await listed(name)).toMatchObject({ visibility: { status: 'NONE' }, stale: true });
  await privet.restart();
  expect(await listed(name)).toEqual({ ...before, observedAt: expect.anything() as unknown, stale: true });
  expect(privet.logs.join('').match(/could not be stored yet/g)).toHaveLength(1);

  // Changed elsewhere while nobody looked: what is read next is stored.
  await allowAgain(privet.dataDir, 'observed_settings');
  privet.simulator.setPrivacy(phoneNumber, 'status', 'contacts');
  await run(`startInstance(instance: "${name}") { state }`);
  await privet.waitForState(name, 'OPEN');
  await stop(name);
  await privet.restart();
  expect(await listed(name)).toMatchObject({ visibility: { status: 'CONTACTS' }, stale: true });
});

test('what an account showed goes with its login, and the next one that is linked shows its own', async () => {
  const { name } = await link();
  await expect.poll(() => sealed(name)).toBeDefined();
  await run(`unlinkInstance(instance: "${name}") { state }`);
  expect([await listed(name), await sealed(name)]).toEqual([null, undefined]);
  await privet.restart();
  expect(await listed(name)).toBeNull();

  const { data } = await privet.graphql<{ pairInstance: { pairing: { qr: string } } }>(
    `mutation { pairInstance(instance: "${name}") { pairing { qr } } }`,
  );
  expect(await listed(name)).toBeNull();
  const another = freePhone();
  privet.simulator.createAccount(another, {});
  privet.simulator.setPrivacy(another, 'status', 'none');
  await privet.simulator.scan(data?.pairInstance.pairing.qr ?? '', another);
  await privet.waitForState(name, 'OPEN');
  expect(await listed(name)).toMatchObject({ visibility: { status: 'NONE' }, stale: false });
  await expect.poll(() => sealed(name)).toBeDefined();

  await privet.simulator.disconnect(another, 'device_removed');
  await privet.waitForState(name, 'LOGGED_OUT');
  expect([await listed(name), await sealed(name)]).toEqual([null, undefined]);
});

test('who may not read sees none', async () => {
  const { name } = await link();
  const { data } = await privet.graphql<{ createToken: { token: string } }>(
    `mutation { createToken(input: { instance: "${name}", scopes: [WRITE, PAIR] }) { token } }`,
  );
  const seen = await privet.graphql(`{ viewer { token { instance { ${LAST} } } } }`, {}, data?.createToken.token);
  expect(seen).toMatchObject({ data: { viewer: { token: { instance: { lastSettings: null } } } } });
});

const onFiles = sqliteOnly('which statements a page of instances takes is seen at SQLite');
onFiles('a page of 50 reads what is stored of all by one statement, and nothing of it where nobody asks', async () => {
  const [account] = await behindTheBack(privet.dataDir, 'select id from accounts');
  const storage = await temporaryStorage({ dataDir: privet.dataDir });
  const observed = textOf({ categories: new Map([['status', 'none']]), observedAt: 1_000, sequence: 1 });
  for (let i = 0; i < 50; i += 1) {
    const { id } = await addInstance(storage, `page-${i}`, String(account?.['id']));
    await storage.owned.change(id, { incarnation: 'x', epoch: undefined }, { credentials: '{}', observed });
  }
  const statements: string[] = [];
  const all = Reflect.get(StatementSync.prototype, 'all') as (...inputs: unknown[]) => unknown[];
  vi.spyOn(StatementSync.prototype, 'all').mockImplementation(function (this: StatementSync, ...inputs: unknown[]) {
    statements.push(this.sourceSQL);
    return Reflect.apply(all, this, inputs) as ReturnType<StatementSync['all']>;
  });
  const page = `instances(first: 50, after: "${Buffer.from('page').toString('base64url')}")`;
  const { data } = await privet.graphql<{ instances: { nodes: Listed[]; edges: { node: Listed }[] } }>(
    `{ ${page} { nodes { name ${LAST} } edges { node { again: ${LAST} } } } }`,
  );
  expect(data?.instances.nodes).toHaveLength(50);
  for (const { lastSettings } of data?.instances.nodes ?? []) {
    expect(lastSettings).toMatchObject({ visibility: { status: 'NONE' }, stale: true });
  }
  const ofSettings = () => statements.filter((text) => text.includes('observed_settings'));
  expect(ofSettings()).toHaveLength(1);
  statements.length = 0;
  await privet.graphql(`{ ${page} { nodes { name } } }`);
  expect([statements.length > 0, ofSettings()]).toEqual([true, []]);
});
