import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { makeDatabase, runSql } from './support/postgres.ts';
import { bootPrivet } from './support/privet.ts';
import { dataFolder, runCommand, runService } from './support/service-process.ts';
import { startTcpProxy } from './support/tcp-proxy.ts';

const GRACE_MS = 15_000;

/** The variables of a service that reaches its database through a proxy. */
const behindProxy = async () => {
  const direct = await makeDatabase();
  const url = new URL(direct);
  const proxy = await startTcpProxy(Number(url.port));
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  url.port = String(proxy.port);
  const env = {
    DATABASE_URL: url.href,
    PRIVET_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    PRIVET_ACCOUNT_TOKEN: randomBytes(24).toString('hex'),
    PRIVET_DATA: dataFolder(),
  };
  return { direct, proxy, env };
};

test('SIGTERM ends a service whose database answers nothing any more, within its grace', async () => {
  const { proxy, env } = await behindProxy();
  const service = await runService(env);
  proxy.blackHole(true);
  const began = performance.now();
  expect([await service.kill('SIGTERM'), service.stderr()]).toEqual([0, expect.not.stringContaining('Not all of')]);
  expect(performance.now() - began).toBeLessThan(GRACE_MS);
});

test('so does it with a linked instance, and calls that wait', async () => {
  const { proxy, env } = await behindProxy();
  await using privet = await bootPrivet({ databaseUrl: env.DATABASE_URL });
  await privet.link('shop');
  proxy.blackHole(true);
  const calls = ['a', 'b', 'c'].map((name) =>
    privet.graphql(`mutation ($name: String!) { createInstance(name: $name) { token } }`, { name }),
  );
  const ended = Promise.all(calls);
  await systemClock.sleep(500);
  const began = performance.now();
  await privet.stop();
  expect(performance.now() - began).toBeLessThan(GRACE_MS);
  for (const { errors } of await ended) expect(errors).toHaveLength(1);
}, 60_000);

test('a start whose database falls silent says what it waits for, and ends; so does one that it never answers', async () => {
  const { direct, proxy, env } = await behindProxy();
  // Held up where it makes the database ready, until the packets vanish.
  const holdsUp = runSql(direct, `select pg_advisory_lock(${0x70727674 + 1}, hashtext('public')), pg_sleep(40)`);
  holdsUp.catch(() => {});
  const start = runCommand(['serve'], env);
  const waits = () =>
    runSql(
      direct,
      `select 1 from pg_locks where locktype = 'advisory' and not granted and classid = ${0x70727674 + 1}`,
    );
  await expect.poll(waits, { timeout: 20_000 }).toHaveLength(1);
  proxy.blackHole(true);
  expect(await start.ended).toBe(1);
  expect(start.stderr()).toMatch(/Waiting for the database \w+ at [\d.:]+, which does not answer: at most 6 s/);
  expect(start.stderr()).toMatch(/Can't use the database \w+ at [\d.:]+: The server does not answer any more/);

  const next = runCommand(['serve'], env);
  expect(await next.ended).toBe(1);
  expect(next.stderr()).toMatch(/Can't use the database \w+ at [\d.:]+: The server can't be reached/);
  await runSql(
    direct,
    `select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(40)%' and pid <> pg_backend_pid()`,
  );
  await holdsUp.catch(() => {});
}, 90_000);

test('a start that others hold up for long goes on when they are done', async () => {
  const { direct, env } = await behindProxy();
  const holdsUp = runSql(direct, `select pg_advisory_lock(${0x70727674 + 1}, hashtext('public')), pg_sleep(10)`);
  const service = await runService(env);
  expect(service.stderr()).not.toContain('Waiting for the database');
  await holdsUp;
  expect(await service.kill('SIGTERM')).toBe(0);
}, 60_000);
