import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { onPostgres, sqliteOnly } from '../../../test/support/postgres.ts';
import { commandLine, serve } from '../cli.fixture.ts';

test('keys rotate beside a service that answers calls: none fails, tokens go on, the next start has the new key', async () => {
  const token = 'an-account-token-of-the-operators-own';
  const cli = commandLine({ PRIVET_ACCOUNT_TOKEN: token, PRIVET_RATE_LIMIT: '1000000' });
  const service = serve(cli.env);
  const url = await service.ready;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = async (query: string, at = url) => {
    const answer = await fetch(`${at}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return (await answer.json()) as { errors?: unknown };
  };
  let env: Record<string, string> = {};
  const rotate = () => {
    if (!onPostgres) return cli.process('keys', 'rotate');
    // There is no key file beside it.
    const newKey = randomBytes(32).toString('hex');
    const rotated = cli.with({ ...env, PRIVET_NEW_ENCRYPTION_KEY: newKey }).process('keys', 'rotate');
    env = { PRIVET_ENCRYPTION_KEY: newKey };
    return rotated;
  };
  const keyFile = join(cli.dataDir, 'encryption.key');
  const keyNow = () => (onPostgres ? env['PRIVET_ENCRYPTION_KEY'] : readFileSync(keyFile, 'utf8'));
  const before = keyNow();

  const done = new AbortController();
  const calls = (async () => {
    const errors: unknown[] = [];
    for (let n = 0; !done.signal.aborted; n++, await delay(10)) {
      errors.push((await call(`mutation { createInstance(name: "i${n}") { instance { name } } }`)).errors);
    }
    return errors;
  })();
  for (let n = 0; n < 3; n++) expect(await rotate()).toMatchObject({ code: 0, err: '' });
  done.abort();
  const errors = await calls;
  expect(errors.length).toBeGreaterThan(3);
  expect(errors.filter((error) => error !== undefined)).toEqual([]);
  expect(keyNow()).not.toBe(before);
  expect(service.err.join('\n')).not.toMatch(/"level":"(warn|error|fatal)"/);

  service.process.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  const next = serve(cli.with(env).env);
  const nextUrl = await next.ready;
  for (const name of ['i0', `i${errors.length - 1}`]) {
    expect(await call(`{ instance(name: "${name}") { name } }`, nextUrl)).toMatchObject({
      data: { instance: { name } },
    });
  }
}, 60_000);

test('where the key comes from the environment, so does the new one, and it is never printed', async () => {
  const [old, fresh] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const cli = commandLine({ PRIVET_ENCRYPTION_KEY: old });
  await cli.run('account', 'create');
  expect((await cli.run('keys', 'rotate')).err).toMatch(
    /^(The key comes from PRIVET_ENCRYPTION_KEY|A database of Postgres has no key file): set PRIVET_NEW_/,
  );

  const withNew = cli.with({ PRIVET_NEW_ENCRYPTION_KEY: fresh });
  const done = await withNew.run('keys', 'rotate');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toMatch(
    /set it as PRIVET_ENCRYPTION_KEY before the next start\n(Backups|Dumps) made before need the old key/,
  );
  expect(done.out).not.toContain(fresh);
  expect((await cli.run('account', 'list')).err).toMatch(/^PRIVET_ENCRYPTION_KEY does not open/);
  const next = cli.with({ PRIVET_ENCRYPTION_KEY: fresh });
  expect((await next.run('account', 'list')).code).toBe(0);
});

sqliteOnly('the key file')('from the environment to a key file, and back', async () => {
  const old = randomBytes(32).toString('hex');
  const cli = commandLine({ PRIVET_ENCRYPTION_KEY: old });
  await cli.run('account', 'create');
  const toFile = await cli.run('keys', 'rotate', '--to-key-file');
  expect(toFile.out).toContain('Unset PRIVET_ENCRYPTION_KEY before the next start');
  expect((await cli.run('account', 'list')).code).toBe(1);
  const byFile = cli.with({ PRIVET_ENCRYPTION_KEY: '' });
  expect((await byFile.run('account', 'list')).code).toBe(0);
  const back = await cli.with({ PRIVET_ENCRYPTION_KEY: '', PRIVET_NEW_ENCRYPTION_KEY: old }).run('keys', 'rotate');
  expect(back.out).toMatch(/it is kept in .*encryption\.key\.old-[0-9a-f]{8}; delete it/);
  expect((await cli.run('account', 'list')).code).toBe(0);
});

sqliteOnly('the key file')('keys rotate refuses what it can not do, in one line', async () => {
  const cli = commandLine();
  expect((await cli.run('keys', 'rotate')).err).toMatch(/^There is no database /);
  expect((await cli.run('keys', 'rotate', '--to-key-file=yes')).err).toMatch(/^Unknown option '--to-key-file=yes'/);
  const both = cli.with({ PRIVET_NEW_ENCRYPTION_KEY: randomBytes(32).toString('base64') });
  expect((await both.run('keys', 'rotate', '--to-key-file')).err).toMatch(/^--to-key-file makes a key by itself/);
});

sqliteOnly('the key file')('what is under the new key already is not said to be sealed under one now', async () => {
  const stale = randomBytes(32).toString('hex');
  const byFile = commandLine();
  await byFile.run('account', 'create');
  const keyFile = join(byFile.dataDir, 'encryption.key');
  const before = readFileSync(keyFile, 'utf8');
  const toFile = await byFile.with({ PRIVET_ENCRYPTION_KEY: stale }).run('keys', 'rotate', '--to-key-file');
  expect(toFile).toMatchObject({ code: 1, out: '' });
  expect(toFile.err).toMatch(
    /^Nothing is changed: the database is under the key in .*encryption\.key already, and PRIVET_.*: unset it before/,
  );
  expect(readFileSync(keyFile, 'utf8')).toBe(before);

  const fresh = randomBytes(32).toString('hex');
  const byVariable = byFile.with({ PRIVET_NEW_ENCRYPTION_KEY: fresh });
  expect((await byVariable.run('keys', 'rotate')).out).toMatch(/^The database is sealed under the key of /);
  const again = await byVariable.run('keys', 'rotate');
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out).toMatch(
    /^Nothing is changed: the database is already sealed under the key of PRIVET_NEW_ENCRYPTION_KEY/,
  );
});
