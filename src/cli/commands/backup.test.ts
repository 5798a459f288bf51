import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../storage/storage.fixture.ts';
import { commandLine, serve } from '../cli.fixture.ts';

test('backed up while the service works, restored elsewhere: every instance that it had named is there', async () => {
  const token = 'an-account-token-of-the-operators-own';
  const cli = commandLine({ PRIVET_ACCOUNT_TOKEN: token, PRIVET_RATE_LIMIT: '1000000', LOG_LEVEL: 'warn' });
  const service = serve(cli.env);
  const url = await service.ready;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = async (query: string, at = url) => {
    const answer = await fetch(`${at}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return answer.json() as Promise<unknown>;
  };
  const done = new AbortController();
  let created = 0;
  const calls = (async () => {
    for (let n = 0; !done.signal.aborted; n++, await delay(10)) {
      const answer = await call(`mutation { createInstance(name: "i${n}") { instance { name } } }`);
      expect(answer).toMatchObject({ data: { createInstance: { instance: { name: `i${n}` } } } });
      created = n + 1;
    }
  })();
  const file = join(temporaryFolder(), 'backup.db');
  await expect.poll(() => created, { timeout: 10_000 }).toBeGreaterThan(20);
  const before = created;
  const made = await cli.process('backup', file);
  done.abort();
  await calls;
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toMatch(
    /^Backed up to .*backup\.db \(\d+ KiB\)\nThe key is not in it, .* keep .*encryption\.key too/,
  );
  expect((await cli.process('backup', file)).err).toMatch(/is there already: choose another file, or give --force$/);

  const refused = await cli.process('restore', file, '--force');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain(`is in use by process ${service.process.pid} on `);
  expect(service.err).toEqual([]);

  const other = cli.with({ PRIVET_DATA: join(temporaryFolder(), 'data') });
  mkdirSync(other.dataDir, { mode: 0o700 });
  copyFileSync(join(cli.dataDir, 'encryption.key'), join(other.dataDir, 'encryption.key'));
  expect(await other.process('restore', file)).toMatchObject({ code: 0, err: '' });
  const next = await serve(other.env).ready;
  for (const n of [0, before - 1]) {
    expect(await call(`{ instance(name: "i${n}") { name } }`, next)).toMatchObject({
      data: { instance: { name: `i${n}` } },
    });
  }
}, 60_000);

test('a restore over a database says where that one is kept', async () => {
  const cli = commandLine();
  await cli.run('account', 'create', '--label', 'kept');
  const file = join(temporaryFolder(), 'backup.db');
  await cli.run('backup', file);
  await cli.run('account', 'create', '--label', 'later');
  expect((await cli.run('restore', file)).err).toMatch(/^There is a database .*: --force replaces it/);
  const { out, err } = await cli.run('restore', '--force', file);
  expect(err).toBe('');
  expect(out).toMatch(
    /^Restored .*; start the service\nThe database that was there is kept as .*privet\.db\.before-restore-/,
  );
  const accounts = (await cli.run('account', 'list')).out;
  expect([accounts.includes('kept'), accounts.includes('later')]).toEqual([true, false]);
  expect((await cli.run('backup')).err).toBe(`Missing required argument 'file'; see "privet backup --help"`);
});
