import { pino } from 'pino';
import { expect, test } from 'vitest';
import { temporaryStorage } from '../storage/storage.fixture.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { call, deafLink, fleetOptions } from './fleet.fixture.ts';
import { InstanceRows } from './instance-rows.ts';
import { SessionPool } from './session-pool.ts';

const pooled = async (mostAtRest: number) => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const insert = (name: string) => storage.instances.insert({ accountId, name, wanted: 'running', state: 'UNPAIRED' });
  const rows = new InstanceRows(storage, pino({ level: 'silent' }));
  const options = { ...fleetOptions(clock, storage), openLink: deafLink, rows, random: () => 0, mostAtRest };
  const pool = new SessionPool({
    ...options,
    onInstanceChange: () => undefined,
    onPrivacyChange: () => undefined,
  });
  const reach = { accountId };
  const use = (name: string) => pool.use(reach, name, call, async (session) => session);
  const names = () => pool.registry.all().map(({ view }) => view.name);
  return { clock, storage, pool, rows, reach, insert, use, names };
};

test('only what is to be connected is in memory from the start; what is used is, up to a bound', async () => {
  const { storage, pool, insert, use, names } = await pooled(2);
  for (const name of ['linked', 'new', 'other', 'third']) await insert(name);
  await storage.instances.update((await insert('stopped')).id, { wanted: 'stopped', state: 'STOPPED' });
  const { id } = await use('linked').then(({ view }) => view);
  await storage.credentials.save(id, '{}');
  pool.remove(await use('linked'));
  expect(names()).toEqual([]);

  await pool.load();
  expect(names()).toEqual(['linked']);
  const first = await use('new');
  expect(await use('new')).toBe(first);
  for (const name of ['other', 'new', 'third']) await use(name);
  await expect.poll(names).toEqual(['linked', 'new', 'third']);
  await expect(pool.use({ accountId: 'another' }, 'new', call, async () => 1)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('what runs, is used, or shows what is not stored stays in memory', async () => {
  const { clock, storage, pool, reach, insert, use, names } = await pooled(0);
  for (const name of ['runs', 'held', 'failed', 'at-rest']) await insert(name);
  const { id } = (await use('runs')).view;
  await storage.credentials.save(id, '{}');
  await storage.instances.update(id, { phoneNumber: '4915550000001' });
  const running = await pool.use(reach, 'runs', call, async (session) => {
    session.start();
    return session;
  });
  await clock.advance(1_000);
  using held = await pool.hold(reach, 'held');
  await pool.use(reach, 'failed', call, async (session) => session.set('STOPPED'));
  await use('at-rest');
  await expect.poll(names).toEqual(['runs', 'held', 'failed']);
  expect(await use('held')).toBe(held?.session);
  held?.[Symbol.dispose]();
  await expect.poll(names).toEqual(['runs', 'failed']);

  await running.halt();
  running.set('UNPAIRED');
  await expect.poll(names).toEqual(['failed']);
  await pool[Symbol.asyncDispose]();
});

test('an instance that is deleted while its row is read has no session afterwards', async () => {
  const { storage, pool, rows, insert, use, names } = await pooled(10);
  const { id } = await insert('shop');
  const find = rows.find.bind(rows);
  const wasRead = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  rows.find = async (...args) => {
    const row = await find(...args);
    rows.find = find;
    wasRead.resolve();
    await mayGoOn.promise;
    return row;
  };
  const late = use('shop');
  await wasRead.promise;
  const session = await use('shop');
  await storage.instances.remove(id);
  pool.remove(session);
  mayGoOn.resolve();
  await expect(late).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(names()).toEqual([]);
});

test('sessions of others that are dropped while a row is read let nobody read it again', async () => {
  const { pool, rows, insert, use, names } = await pooled(10);
  for (const name of ['shop', 'other']) await insert(name);
  const find = rows.find.bind(rows);
  let reads = 0;
  rows.find = async (...args) => {
    const row = await find(...args);
    if (args[1] !== 'shop') return row;
    reads += 1;
    if (reads < 5) pool.remove(await use('other'));
    return row;
  };
  await use('shop');
  expect([reads, names()]).toEqual([1, ['shop']]);
});
