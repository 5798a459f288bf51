import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase, onSqlite, runSql } from '../../../test/support/postgres.ts';
import { bootPrivet } from '../../../test/support/privet.ts';
import { runService, simulatorEnv } from '../../../test/support/service-process.ts';
import { runModule } from '../../storage/storage.fixture.ts';
import { commandLine } from '../cli.fixture.ts';

/**
 * Ends the process, as a power cut would, before the statement that begins so leaves, or once it is answered. The first look
 * at what is there is committed too: that is not it.
 */
const killAt = (
  start: string,
  dataDir: string,
  env: Readonly<Record<string, string>>,
  when: 'before' | 'after' = 'before',
): string => `
  const { default: pg } = await import(${JSON.stringify(import.meta.resolve('pg'))});
  const original = pg.Client.prototype.query;
  let hasWritten = false;
  pg.Client.prototype.query = function (text, ...rest) {
    const kill = () => process.kill(process.pid, 'SIGKILL');
    hasWritten ||= typeof text === 'string' && /^(create|insert) /.test(text);
    const isIt = hasWritten && typeof text === 'string' && text.startsWith(${JSON.stringify(start)});
    if (isIt && ${when === 'before'}) kill();
    const answer = original.call(this, text, ...rest);
    return isIt ? answer.then(kill) : answer;
  };
  const { moveIn } = await import(${JSON.stringify(new URL('../../storage/postgres/move-in.ts', import.meta.url).href)});
  const { systemClock } = await import(${JSON.stringify(new URL('../../clock.ts', import.meta.url).href)});
  await moveIn({
    dataDir: ${JSON.stringify(dataDir)},
    url: ${JSON.stringify(env['DATABASE_URL'])},
    masterKey: Buffer.from(${JSON.stringify(env['PRIVET_ENCRYPTION_KEY'])}, 'hex'),
    clock: systemClock,
    warn: console.log,
  });
  console.log('done');
`;

// It begins with a folder of SQLite, whatever the tests are about.
test.runIf(onSqlite)(
  'a folder moves into Postgres, or nothing of it: what was linked goes on there without a new QR',
  async () => {
    const privet = await bootPrivet();
    onTestFinished(() => privet[Symbol.asyncDispose]());
    const { dataDir, simulator } = privet;
    const linked = await privet.link('shop');
    const env = {
      DATABASE_URL: await makeDatabase(),
      PRIVET_ENCRYPTION_KEY: readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim(),
    };
    const cli = commandLine({ ...env, PRIVET_DATA: join(dataDir, 'not there') });
    const tables = () => runSql(env.DATABASE_URL, `select tablename from pg_tables where schemaname = 'public'`);
    const inUse = await cli.run('migrate-from', dataDir);
    expect(inUse).toMatchObject({ code: 1, err: expect.stringContaining('is in use by process') as unknown });
    await privet.stop();

    const wrongKey = commandLine({ ...env, PRIVET_ENCRYPTION_KEY: 'ab'.repeat(32) });
    expect((await wrongKey.run('migrate-from', dataDir)).err).toMatch(
      /^PRIVET_ENCRYPTION_KEY does not open the database in/,
    );
    expect((await cli.run('migrate-from', join(dataDir, 'x'))).err).toMatch(/^There is no database .*privet\.db/);
    for (const statement of ['create table', 'insert into "instances"', 'commit']) {
      const child = runModule(killAt(statement, dataDir, env));
      expect([statement, await child.lines.next()]).toEqual([statement, { done: true, value: undefined }]);
      expect(await tables()).toEqual([]);
    }

    const moved = await cli.run('migrate-from', dataDir);
    expect(moved).toMatchObject({ code: 0, err: '' });
    expect(moved.out).toMatch(
      /^Moved from .*:\nWHAT +HOW MANY\naccounts +1\ntokens +2\ninstances +1\nlinked instances +1\n/,
    );
    const observed = await runSql(env.DATABASE_URL, 'select instance_id from observed_settings');
    expect(observed).toHaveLength(1);
    const again = commandLine({ ...env, DATABASE_URL: await makeDatabase(), PRIVET_DATA: dataDir });
    expect((await again.run('migrate-from', dataDir)).err).toMatch(/ was moved to Postgres: set DATABASE_URL/);
    expect((await commandLine({ PRIVET_DATA: dataDir }).run('serve')).err).toMatch(
      / was moved to Postgres: set DATABASE_URL/,
    );
    const mark = join(dataDir, 'privet.db.moved');
    rmSync(mark);
    const full = await makeDatabase();
    await runSql(full, 'create table of_others (id int)');
    expect((await cli.with({ DATABASE_URL: full }).run('migrate-from', dataDir)).err).toMatch(
      / is not empty, it has a table of_others: choose an empty one$/,
    );

    // Between the commit and the mark.
    const secondPlace = { DATABASE_URL: await makeDatabase() };
    const second = cli.with(secondPlace);
    const child = runModule(killAt('commit', dataDir, { ...env, ...secondPlace }, 'after'));
    expect(await child.lines.next()).toEqual({ done: true, value: undefined });
    expect([existsSync(mark), (await second.run('account', 'list')).code]).toEqual([false, 0]);
    for (let n = 0; n < 2; n += 1) {
      expect(await second.run('migrate-from', dataDir)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^What .* holds was moved to this database before, so nothing is copied/) as unknown,
        err: '',
      });
      expect(existsSync(mark)).toBe(true);
    }

    const service = await runService({ ...simulatorEnv(simulator), ...env, PRIVET_ACCOUNT_TOKEN: privet.token });
    const ask = async (token: string) => {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ instance(name: "shop") { state } }' }),
      });
      return response.json();
    };
    await expect
      .poll(() => ask(privet.token), { timeout: 15_000 })
      .toMatchObject({ data: { instance: { state: 'OPEN' } } });
    expect(await ask(linked.token)).toMatchObject({ data: { instance: { state: 'OPEN' } } });
    expect(simulator.account(linked.phoneNumber).linkedDevices).toBe(1);
    expect(await service.kill('SIGTERM')).toBe(0);
    expect(service.stdout()).not.toContain('token');
  },
  90_000,
);

test.runIf(onSqlite)(
  'a database of Postgres is kept and moved by its own tools, which are named with the key',
  async () => {
    const cli = commandLine({ DATABASE_URL: await makeDatabase(), PRIVET_ENCRYPTION_KEY: 'cd'.repeat(32) });
    expect((await cli.run('account', 'list')).err).toMatch(/is not the service's: DATABASE_URL must name it/);
    expect((await cli.run('account', 'create', '--label', 'first')).code).toBe(0);
    expect((await cli.run('account', 'list')).out).toMatch(/^ID .*\n\S+ .* first$/);
    expect(await cli.run('backup', 'x.dump')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /pg_dump --format=custom --file=x\.dump "\$DATABASE_URL".*PRIVET_ENCRYPTION_KEY is not in/,
      ) as unknown,
    });
    expect((await cli.run('restore', 'x.dump')).err).toContain('pg_restore --clean --if-exists --single-transaction');
    expect((await cli.run('keys', 'rotate')).err).toContain('set PRIVET_NEW_ENCRYPTION_KEY to the new key');
    const next = cli.with({ PRIVET_NEW_ENCRYPTION_KEY: 'ef'.repeat(32) });
    expect((await next.run('keys', 'rotate')).out).toMatch(
      /^The database is sealed under the key of PRIVET_NEW_ENCRYPTION_KEY/,
    );
    expect((await next.run('keys', 'rotate')).out).toMatch(/^Nothing is changed: the database is already sealed/);
    expect((await cli.run('account', 'list')).err).toMatch(
      /^PRIVET_ENCRYPTION_KEY does not open the existing database/,
    );
    expect((await cli.with({ PRIVET_ENCRYPTION_KEY: 'ef'.repeat(32) }).run('account', 'list')).out).toContain('first');
    expect((await commandLine().run('migrate-from', 'x')).err).toContain('DATABASE_URL must name the database');
  },
);
