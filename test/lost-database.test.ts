import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { backUp } from '../src/storage/sqlite/backup.ts';
import { restoreBackup } from '../src/storage/sqlite/restore.ts';
import { behindTheBack, temporaryFolder } from '../src/storage/storage.fixture.ts';
import { sqliteOnly } from './support/postgres.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

/** What a server of Postgres loses is its operator's to restore, with its tools. */
const onFiles = sqliteOnly('the files of a data folder are lost, or damaged');

async function boot(): Promise<TestPrivet & { readonly file: (suffix?: string) => string }> {
  const privet = await bootPrivet();
  onTestFinished(() => privet[Symbol.asyncDispose]());
  return Object.assign(privet, { file: (suffix = '') => join(privet.dataDir, `privet.db${suffix}`) });
}

const warn = (): void => undefined;
const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

onFiles.each(['missing', 'empty'])(
  'a database that is %s beside its log is never made anew, and the log stays',
  async (how) => {
    const privet = await boot();
    const { phoneNumber } = await privet.link('shop');
    const backup = join(temporaryFolder(), 'backup.db');
    await backUp({ dataDir: privet.dataDir, file: backup, force: false, warn });
    const log = readFileSync(privet.file('-wal'));
    expect(log.length).toBeGreaterThan(0);
    await privet.stop();
    // As a process that was killed leaves it.
    writeFileSync(privet.file('-wal'), log);
    if (how === 'missing') rmSync(privet.file());
    else truncateSync(privet.file());
    rmSync(privet.file('.made'));

    await expect(privet.restart()).rejects.toThrow(
      new RegExp(`The database .* is ${how}, though there was one: .*restore a backup`),
    );
    expect(readFileSync(privet.file('-wal')).equals(log)).toBe(true);

    const { dataDir } = privet;
    const { aside = 'none' } = await restoreBackup({ dataDir, file: backup, force: false, warn, now: new Date() });
    expect(readFileSync(`${aside}-wal`).equals(log)).toBe(true);
    await privet.restart();
    await privet.waitForState('shop', 'OPEN');
    expect(privet.simulator.account(phoneNumber).linkedDevices).toBe(1);
  },
);

onFiles.each(['missing', 'empty'])(
  'a database that is %s is never made anew unless its last traces are moved away',
  async (how) => {
    const privet = await boot();
    await privet.link('shop');
    await privet.stop();
    expect(existsSync(privet.file('-wal'))).toBe(false);
    const kept = join(temporaryFolder(), 'kept.db');
    copyFileSync(privet.file(), kept);
    if (how === 'missing') rmSync(privet.file());
    else truncateSync(privet.file());

    await expect(privet.restart()).rejects.toThrow(new RegExp(`is ${how}, though there was one`));
    copyFileSync(kept, privet.file());
    await privet.restart();
    await privet.waitForState('shop', 'OPEN');

    await privet.stop();
    const away = temporaryFolder();
    for (const name of await readdir(privet.dataDir)) {
      if (name.startsWith('privet.db')) renameSync(join(privet.dataDir, name), join(away, name));
    }
    await privet.restart();
    expect((await privet.graphql('{ instance(name: "shop") { name } }')).data).toEqual({ instance: null });
    expect(privet.logs.join('')).toContain('There is a key file but no database');
  },
);

onFiles('a service whose database was removed or replaced is not ready, and the log says why', async () => {
  const privet = await boot();
  expect(await statusOf(`${privet.url}/health/ready`)).toBe(200);
  const file = join(privet.dataDir, 'privet.db');
  renameSync(file, `${file}.moved`);
  expect(await statusOf(`${privet.url}/health/ready`)).toBe(503);
  copyFileSync(`${file}.moved`, file);
  expect(await statusOf(`${privet.url}/health/ready`)).toBe(503);
  expect(await statusOf(`${privet.url}/health/live`)).toBe(200);
  renameSync(`${file}.moved`, file);
  expect(await statusOf(`${privet.url}/health/ready`)).toBe(200);
  expect(privet.logs.join('')).toContain('was removed or replaced while it was open');
});

/** Flips a bit of the text in the index's one page. */
function flipInIndex(path: string, index: string, text: string): void {
  let page: { start: number; size: number };
  {
    using database = new DatabaseSync(path);
    database.exec('pragma wal_checkpoint(truncate)');
    const size = Number(database.prepare('pragma page_size').get()?.['page_size']);
    const root = database.prepare('select rootpage from sqlite_schema where name = ?').get(index)?.['rootpage'];
    page = { start: (Number(root) - 1) * size, size };
  }
  const bytes = readFileSync(path);
  const at = bytes.subarray(page.start, page.start + page.size).indexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt8(bytes.readUInt8(page.start + at) ^ 1, page.start + at);
  writeFileSync(path, bytes);
}

onFiles.each(['sqlite_autoindex_credentials_1', 'sqlite_autoindex_instances_2'])(
  'one flipped bit in %s: the index is made anew, no instance is gone or unpaired, and the log says so',
  async (index) => {
    const privet = await boot();
    const shops = [await privet.link('shop'), await privet.link('branch')];
    await privet.stop();
    using database = new DatabaseSync(privet.file());
    const row = database.prepare(`select id, account_id from instances where name = 'shop'`).get() ?? {};
    database.close();
    flipInIndex(privet.file(), index, String(index.includes('instances') ? 'shop' : row['id']));

    await privet.restart();
    for (const { name, phoneNumber } of shops) {
      await privet.waitForState(name, 'OPEN');
      expect(privet.simulator.account(phoneNumber).linkedDevices).toBe(1);
    }
    expect(privet.logs.join('')).toContain('Its indexes were made anew');
  },
);

test('credentials that were saved once and are missing are an error, never "not paired yet"', async () => {
  const privet = await boot();
  const { phoneNumber } = await privet.link('shop');
  await privet.stop();
  await behindTheBack(privet.dataDir, 'create table lost as select * from credentials; delete from credentials');
  await privet.restart();
  expect(await privet.waitForState('shop', 'STOPPED', 'UNPAIRED')).toMatchObject({
    state: 'STOPPED',
    reason: { code: 'CREDENTIALS_UNREADABLE' },
  });
  const paired = await privet.graphql('mutation { pairInstance(instance: "shop") { __typename } }');
  expect(paired.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');

  await privet.stop();
  await behindTheBack(privet.dataDir, 'insert into credentials select * from lost; drop table lost');
  await privet.restart();
  await privet.waitForState('shop', 'OPEN');
  expect(privet.simulator.account(phoneNumber).linkedDevices).toBe(1);
});
