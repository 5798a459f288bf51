import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { print } from 'graphql';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstanceDocument,
  PairInstanceDocument,
  PrivacyDocument,
  StartInstanceDocument,
  StopInstanceDocument,
  UnlinkInstanceDocument,
  UpdatePrivacyDocument,
  type StatusPrivacy,
} from './gql/graphql.ts';
import { ask, askFor, type Caller } from './support/ask.ts';
import { node, plain } from './support/hostile-frames.ts';
import { databaseEnv, OF_NODES, onPostgres, onSqlite, runSql } from './support/postgres.ts';
import { dataFolder, runService, simulatorEnv, type ServiceProcess } from './support/service-process.ts';
import { hasSmallDisks, smallDisk, type SmallDisk } from './support/small-disk.ts';

// Services start again and again.
vi.setConfig({ testTimeout: 120_000 });

/** Left out where there can be no such disk, and said to be; never in CI. */
const onSmallDisk = test.skipIf(onSqlite && !hasSmallDisks && process.env['CI'] === undefined);

const TOKEN = 'full-disk-test-account-token-0123';

const EMPTY_LOG = `
  import { DatabaseSync } from 'node:sqlite';
  new DatabaseSync(process.argv[1], { timeout: 5000 }).exec('pragma wal_checkpoint(truncate)');
`;

/** What a server says of each change that finds no room for its row. It is its own disk, so it is said without one. */
const NO_ROOM = `
  create or replace function no_room() returns trigger as $$
    begin raise 'could not extend file: No space left on device' using errcode = '53100'; end $$ language plpgsql;
  do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public'
      and tablename not in ('instances', '${OF_NODES.join("', '")}') loop
      execute format('create or replace trigger no_room before insert or update or delete on %I
        for each row execute function no_room()', name);
    end loop; end $$;
  -- Who has it is overwritten in its place, or nobody could take it at a start.
  create or replace trigger no_room before insert or delete or update of wanted, state, reason_code, phone, has_credentials
    on instances for each row execute function no_room()`;

type Room = Pick<SmallDisk, 'names'> & Record<'fill' | 'free', () => unknown>;

interface Bench {
  readonly simulator: Simulator;
  readonly disk: Room;
  /** Leaves no room on the disk, nor in the database's log, which is written anew from its beginning at times. */
  fill(): Promise<void>;
  start(): Promise<ServiceProcess & Caller>;
}

/** A simulated WhatsApp, and a database of Postgres. */
async function setUpServer(): Promise<Bench> {
  const simulator = await startSimulator({ preKeys: 30 });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const dataDir = dataFolder();
  const env = { ...simulatorEnv(simulator), PRIVET_DATA: dataDir, PRIVET_ACCOUNT_TOKEN: TOKEN };
  // All tables are locked for it one after the other, which the service may do in another order.
  const run = (sql: string, tries = 5): Promise<unknown> =>
    runSql(databaseEnv(dataDir)['DATABASE_URL'] ?? '', sql).catch((error: unknown) => {
      if (tries === 1 || !String(error).includes('deadlock')) throw error;
      return run(sql, tries - 1);
    });
  const disk = { names: () => [], fill: () => run(NO_ROOM), free: () => run('drop function no_room cascade') };
  return {
    simulator,
    disk,
    fill: async () => void (await disk.fill()),
    start: async () => ({ ...(await runService(env)), token: TOKEN }),
  };
}

/** A simulated WhatsApp, and a data folder on a disk of its own. */
async function setUp(): Promise<Bench> {
  if (onPostgres) return setUpServer();
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const simulator = stack.use(await startSimulator({ preKeys: 30 }));
  const disk = stack.use(await smallDisk());
  const env = { ...simulatorEnv(simulator), PRIVET_DATA: disk.folder, PRIVET_ACCOUNT_TOKEN: TOKEN };
  return {
    simulator,
    disk,
    async fill() {
      const [command, ...words] = [...disk.enter, process.execPath, '--input-type=module', '-e', EMPTY_LOG];
      const { status, stderr } = spawnSync(command, [...words, join(disk.folder, 'privet.db')]);
      expect([status, String(stderr)]).toEqual([0, '']);
      disk.fill();
    },
    start: async () => ({ ...(await runService(env, disk.enter)), token: TOKEN }),
  };
}

async function link(service: Caller, { simulator }: Bench, name: string): Promise<string> {
  await askFor(service, CreateInstanceDocument, { name });
  const { pairInstance } = await askFor(service, PairInstanceDocument, { instance: name });
  const phoneNumber = await simulator.scan(pairInstance?.pairing?.qr ?? '');
  await becomes(service, name, 'OPEN');
  return phoneNumber;
}

/** The bench, with a service that has an instance linked. */
async function withShop() {
  const bench = await setUp();
  const service = await bench.start();
  return { ...bench, bench, service, phone: await link(service, bench, 'shop') };
}

const standing = async (service: Caller, name: string) => {
  const { instance } = await askFor(service, InstanceDocument, { name });
  return { state: instance?.state, reason: instance?.reason?.code };
};

const becomes = (service: Caller, name: string, state: string) =>
  expect.poll(() => standing(service, name), { timeout: 20_000, interval: 20 }).toMatchObject({ state });

/** Reads and updates do all that they promise. */
async function expectToWork(service: Caller, instance: string, status: StatusPrivacy): Promise<void> {
  const { updatePrivacy } = await askFor(service, UpdatePrivacyDocument, {
    instance,
    input: { visibility: { status } },
  });
  expect(updatePrivacy).toMatchObject({ outcomes: [{ result: 'APPLIED', current: status }], failures: [] });
  const { privacy } = await askFor(service, PrivacyDocument, { instance });
  expect(privacy?.visibility.status).toBe(status);
}

/** An update that is to be made once, whoever sends it again. */
async function updateOnce({ url, token }: Caller, instance: string): Promise<unknown> {
  const input = { visibility: { status: 'CONTACTS' } };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': 'once' },
    body: JSON.stringify({ query: print(UpdatePrivacyDocument), variables: { instance, input } }),
  });
  return response.json();
}

const logins = ({ simulator }: Bench, phoneNumber: string): number => simulator.account(phoneNumber).logins.length;

onSmallDisk(
  'on a full disk links come back, reads and updates go on, and the service starts, whatever way it ended',
  async () => {
    const { bench, simulator, disk, service: first, phone } = await withShop();
    const phones = [phone, await link(first, bench, 'branch')];
    // What came of it can't be kept, so it is left behind as running.
    const isUpdate = { xmlns: 'privacy', type: 'set' };
    const fault = simulator.addFault({ match: isUpdate, do: 'delay', delay: 'work', ms: 60_000, times: 1 });
    const begun = updateOnce(first, 'branch');
    await expect.poll(() => fault.hits).toBe(1);
    await bench.fill();

    const before = phones.map((phone) => logins(bench, phone));
    for (const phone of phones) await simulator.disconnect(phone, 'reset');
    await expect
      .poll(() => phones.map((phone) => logins(bench, phone)), { timeout: 10_000 })
      .toEqual(before.map((count) => count + 1));
    for (const name of ['shop', 'branch']) await becomes(first, name, 'OPEN');
    await expectToWork(first, 'shop', 'NONE');
    expect(await begun).toMatchObject({ data: { updatePrivacy: { failures: [{ code: 'CONNECTION_LOST' }] } } });
    expect(await first.kill('SIGKILL')).toBe('SIGKILL');
    await disk.fill();

    const second = await bench.start();
    for (const name of ['shop', 'branch']) await becomes(second, name, 'OPEN');
    await expectToWork(second, 'branch', 'NONE');
    expect(await updateOnce(second, 'branch')).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    expect(await second.kill('SIGTERM')).toBe(0);
    await disk.fill();

    const third = await bench.start();
    for (const name of ['shop', 'branch']) await becomes(third, name, 'OPEN');
    await expectToWork(third, 'shop', 'CONTACTS');
    expect((await fetch(`${third.url}/health/ready`)).status).toBe(200);
    expect(disk.names().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(phones.map((phone) => simulator.account(phone).linkedDevices)).toEqual([1, 1]);

    await disk.free();
    expect(await updateOnce(third, 'branch')).toMatchObject({
      data: { updatePrivacy: { outcomes: [{ result: 'APPLIED', current: 'CONTACTS' }], failures: [] } },
    });
  },
);

onSmallDisk(
  'what can not be stored is an error that says why and changes nothing, and is done once there is room; a link that has something to store waits for that without one login after the other',
  async () => {
    const { bench, simulator, disk, service, phone } = await withShop();
    const branchPhone = await link(service, bench, 'branch');
    await askFor(service, StopInstanceDocument, { instance: 'branch' });
    await askFor(service, CreateInstanceDocument, { name: 'new' });
    await bench.fill();

    const before = logins(bench, phone);
    const refused = [
      await ask(service, StopInstanceDocument, { instance: 'shop' }),
      await ask(service, UnlinkInstanceDocument, { instance: 'shop' }),
      await ask(service, DeleteInstanceDocument, { instance: 'shop' }),
      await ask(service, StartInstanceDocument, { instance: 'branch' }),
      await ask(service, PairInstanceDocument, { instance: 'new' }),
      await ask(service, CreateInstanceDocument, { name: 'other' }),
    ];
    const full = { code: 'OVERLOADED', message: expect.stringContaining('disk of the service is full') as string };
    for (const { errors } of refused) expect(errors).toEqual([full]);
    expect(await standing(service, 'shop')).toEqual({ state: 'OPEN', reason: undefined });
    expect(await standing(service, 'branch')).toEqual({ state: 'STOPPED', reason: 'STOPPED_BY_USER' });
    expect(await standing(service, 'new')).toEqual({ state: 'UNPAIRED', reason: undefined });
    expect(await standing(service, 'other')).toEqual({ state: undefined, reason: undefined });
    await expectToWork(service, 'shop', 'NONE');
    expect([logins(bench, phone), simulator.account(phone).linkedDevices]).toEqual([before, 1]);
    // On a server something is written all the time, and each time that something else fails it is told again.
    const told = service.stderr().match(/The disk of the database .* is full/g)?.length ?? 0;
    expect(onSqlite ? told === 1 : told > 0).toBe(true);

    await disk.free();
    await askFor(service, StartInstanceDocument, { instance: 'branch' });
    await becomes(service, 'branch', 'OPEN');
    await askFor(service, StopInstanceDocument, { instance: 'shop' });
    expect(await standing(service, 'shop')).toEqual({ state: 'STOPPED', reason: 'STOPPED_BY_USER' });
    expect(await service.kill('SIGKILL')).toBe('SIGKILL');
    const again = await bench.start();
    await becomes(again, 'branch', 'OPEN');
    expect(await standing(again, 'shop')).toEqual({ state: 'STOPPED', reason: 'STOPPED_BY_USER' });

    // A link that has something to store.
    await bench.fill();
    const once = logins(bench, branchPhone);
    const attrs = { id: 'few-keys', from: '@s.whatsapp.net', type: 'encrypt', t: '1700000000' };
    simulator.sendFrames(branchPhone, [plain(node('notification', attrs, [node('count', { value: '1' })]))]);
    const waits = { state: 'RECONNECTING', reason: 'STORAGE_FAILED' };
    await expect.poll(() => standing(again, 'branch')).toEqual(waits);
    await delay(3_000);
    expect(await standing(again, 'branch')).toEqual(waits);
    expect(logins(bench, branchPhone)).toBe(once);

    await disk.free();
    await becomes(again, 'branch', 'OPEN');
    await expectToWork(again, 'branch', 'NONE');
    expect(logins(bench, branchPhone)).toBe(once + 1);
  },
);
