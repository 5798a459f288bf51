import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { createApp } from '../src/app.ts';
import { createSettings } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { CreateInstanceDocument, InstanceDocument, PairInstanceDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { sqliteOnly } from './support/postgres.ts';
import { dataFolder, runService, simulatorEnv } from './support/service-process.ts';

const TOKEN = 'owner-removed-account-token-01234567';

/** What owns a database of Postgres is a lock of the server's. */
const test = sqliteOnly('the lock is a file');

const stateOf = async (url: string): Promise<string | undefined> =>
  (await askFor({ url, token: TOKEN }, InstanceDocument, { name: 'shop' })).instance?.state;

const ready = async (url: string): Promise<number> => (await fetch(`${url}/health/ready`)).status;

/** A service with a linked instance, in a process of its own. */
async function serving() {
  const simulator = await startSimulator({ preKeys: 30 });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const dataDir = dataFolder();
  const env = { ...simulatorEnv(simulator), PRIVET_DATA: dataDir, PRIVET_ACCOUNT_TOKEN: TOKEN, LOG_LEVEL: 'warn' };
  const service = await runService(env);
  const caller = { url: service.url, token: TOKEN };
  await askFor(caller, CreateInstanceDocument, { name: 'shop' });
  const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: 'shop' });
  const phoneNumber = await simulator.scan(pairInstance?.pairing?.qr ?? '');
  await expect.poll(() => stateOf(service.url), { timeout: 15_000 }).toBe('OPEN');
  const remove = (names: RegExp): void => {
    for (const name of readdirSync(dataDir)) if (names.test(name)) rmSync(join(dataDir, name));
  };
  return { env, service, remove, logins: () => simulator.account(phoneNumber).logins.length };
}

test('the lock outlives its file: removed under a running service, the next start is refused; one that could not lock it anew, since it stood still, ends where another one has the folder', async () => {
  const { env, service: first, remove, logins } = await serving();
  const before = logins();
  remove(/^owner\./);
  const { config, secrets } = createSettings(readEnv(env));
  await expect(createApp(config, secrets)).rejects.toThrow(`is in use by process ${first.pid} on `);
  expect([await ready(first.url), await stateOf(first.url), logins()]).toEqual([200, 'OPEN', before]);
  expect(first.stderr()).toContain('owner.db was removed or replaced while in use');
  expect(await first.kill('SIGKILL')).toBe('SIGKILL');
  const next = await runService(env);
  await expect.poll(() => stateOf(next.url), { timeout: 15_000 }).toBe('OPEN');

  process.kill(next.pid, 'SIGSTOP');
  remove(/^owner\.db$/);
  const last = await runService(env);
  process.kill(next.pid, 'SIGCONT');
  expect(await next.ended).toBe(1);
  expect(next.stderr()).toContain('Another process serves the data folder');
  await expect.poll(() => stateOf(last.url), { timeout: 25_000 }).toBe('OPEN');
  expect(await ready(last.url)).toBe(200);
}, 60_000);
