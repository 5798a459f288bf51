import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { createApp } from '../src/app.ts';
import { createSettings } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { openStorage } from '../src/storage/storage.ts';
import { CreateInstanceDocument, InstanceDocument, PairInstanceDocument, PrivacyDocument } from './gql/graphql.ts';
import { askFor, type Caller } from './support/ask.ts';
import { databaseEnv, sqliteOnly } from './support/postgres.ts';
import { dataFolder, runCommand, runService, simulatorEnv, type ServiceProcess } from './support/service-process.ts';

/** Any 32 characters do. */
const TOKEN = 'correct horse; "battery" staple!';
const NAME = 'shop';

async function simulate(): Promise<Simulator> {
  const simulator = await startSimulator({ preKeys: 30 });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  return simulator;
}

const waitUntilOpen = (caller: Caller) =>
  expect
    .poll(() => askFor(caller, InstanceDocument, { name: NAME }), { timeout: 15_000 })
    .toMatchObject({ instance: { state: 'OPEN' } });

async function link(caller: Caller, simulator: Simulator): Promise<string> {
  await askFor(caller, CreateInstanceDocument, { name: NAME });
  const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: NAME });
  const phoneNumber = await simulator.scan(pairInstance?.pairing?.qr ?? '');
  await waitUntilOpen(caller);
  return phoneNumber;
}

/** Ends the service while it answers a call: that one finishes first, and the link is closed in good order. */
async function endInTheMiddle(
  service: ServiceProcess,
  { simulator, phoneNumber }: { readonly simulator: Simulator; readonly phoneNumber: string },
  signal: 'SIGTERM' | 'SIGINT',
): Promise<void> {
  const match = { xmlns: 'privacy', type: 'get' };
  const fault = simulator.addFault({ match, do: 'delay', delay: 'work', ms: 1000, times: 1 });
  const running = askFor({ url: service.url, token: TOKEN }, PrivacyDocument, { instance: NAME });
  await expect.poll(() => fault.hits, { timeout: 5000, interval: 10 }).toBe(1);
  const ended = service.kill(signal);
  expect((await running).privacy?.visibility.lastSeen).toBe('ALL');
  expect(await ended).toBe(0);
  expect(simulator.account(phoneNumber)).toMatchObject({ connected: false, linkedDevices: 1 });
}

/** The service in this process: another one starts for what must be seen of the process itself. */
async function serveHere(env: Readonly<Record<string, string>>) {
  const logs: string[] = [];
  const of = { HOST: '127.0.0.1', PORT: '0', ...databaseEnv(env['PRIVET_DATA'] ?? ''), ...env };
  const { config, secrets } = createSettings(readEnv(of));
  const app = await createApp(config, secrets, { logDestination: { write: (line) => void logs.push(line) } });
  return { url: app.url, logs, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** A command that must refuse to go on: nothing on stdout, one line on stderr, which is returned. */
async function refusal(args: readonly string[], env: Record<string, string>): Promise<string> {
  const command = runCommand(args, env);
  expect(await command.ended).toBe(1);
  expect(command.stdout()).toBe('');
  expect(command.stderr()).toMatch(/^[^\n]+\n$/);
  return command.stderr().trim();
}

sqliteOnly('one more service is one more node')(
  'a second service on the same data exits 1 and names the first, which notices nothing, and ends in good order by SIGTERM',
  async () => {
    const simulator = await simulate();
    const env = { ...simulatorEnv(simulator), PRIVET_DATA: dataFolder(), PRIVET_ACCOUNT_TOKEN: TOKEN };
    const first = await runService(env);
    const caller = { url: first.url, token: TOKEN };
    const phoneNumber = await link(caller, simulator);
    const before = simulator.account(phoneNumber).stanzas.length;

    expect(await refusal(['serve'], env)).toContain(`process ${first.pid} on `);
    expect(simulator.account(phoneNumber)).toMatchObject({ connected: true, linkedDevices: 1 });
    expect(simulator.account(phoneNumber).stanzas.length).toBe(before);
    await endInTheMiddle(first, { simulator, phoneNumber }, 'SIGTERM');
    expect(first.stdout() + first.stderr()).not.toMatch(/pvta_|horse/);
  },
);

test('data sealed under PRIVET_ENCRYPTION_KEY, by a service that SIGINT ends in good order: without it or with another one the service refuses to start', async () => {
  const simulator = await simulate();
  const key = randomBytes(32).toString('hex');
  const env = { ...simulatorEnv(simulator), PRIVET_DATA: dataFolder(), PRIVET_ACCOUNT_TOKEN: TOKEN };
  const first = await runService({ ...env, PRIVET_ENCRYPTION_KEY: key });
  const phoneNumber = await link({ url: first.url, token: TOKEN }, simulator);
  await endInTheMiddle(first, { simulator, phoneNumber }, 'SIGINT');

  const wrong = randomBytes(32).toString('hex');
  const line = await refusal(['serve'], { ...env, PRIVET_ENCRYPTION_KEY: wrong });
  expect(line).toContain('PRIVET_ENCRYPTION_KEY');
  expect(line).not.toContain(wrong);
  await expect(serveHere(env)).rejects.toThrow('PRIVET_ENCRYPTION_KEY');

  // The refusals have changed nothing: in base64 the same key opens it.
  const base64 = Buffer.from(key, 'hex').toString('base64');
  await using again = await serveHere({ ...env, PRIVET_ENCRYPTION_KEY: base64 });
  await waitUntilOpen({ url: again.url, token: TOKEN });
  expect(simulator.account(phoneNumber).linkedDevices).toBe(1);
  expect(first.stdout() + first.stderr() + again.logs.join('')).not.toMatch(/pvta_|horse/);
});

sqliteOnly('the key file')(
  'a key file that is missing: the service refuses to start, and says what to restore',
  async () => {
    const PRIVET_DATA = dataFolder();
    await (await openStorage({ dataDir: PRIVET_DATA }))[Symbol.asyncDispose]();
    const file = join(PRIVET_DATA, 'encryption.key');
    rmSync(file);
    await expect(serveHere({ PRIVET_DATA, PRIVET_ACCOUNT_TOKEN: TOKEN })).rejects.toThrow(file);
  },
);

const BAD = {
  HOST: 'not a host',
  PORT: 'eighty',
  LOG_LEVEL: 'loud',
  PRIVET_ACCOUNT_TOKEN: 'too-short',
  PRIVET_ENCRYPTION_KEY: 'too-short',
  PRIVET_WHATSAPP_URL: 'http://127.0.0.1:1',
  PRIVET_WHATSAPP_ROOT_KEY: 'abc',
  PRIVET_WHATSAPP_ROOT_SERIAL: '-1',
};

test('bad variables: a line that names each, and exit code 2', async () => {
  const command = runCommand(['serve'], { PRIVET_DATA: dataFolder(), ...BAD });
  expect(await command.ended).toBe(2);
  expect(command.stdout()).toBe('');
  const lines = command.stderr().trimEnd().split('\n');
  expect(lines).toHaveLength(Object.keys(BAD).length);
  expect(new Set(lines.map((line) => /^(\w+) must /.exec(line)?.[1]))).toEqual(new Set(Object.keys(BAD)));
});

sqliteOnly('the data folder')('a data folder that can not be made is named', async () => {
  const line = await refusal(['serve'], { PRIVET_DATA: join(import.meta.filename, 'data') });
  expect(line).toContain('PRIVET_DATA');
});

test('--help and --version answer and exit 0, whatever the environment', async () => {
  const help = runCommand(['--help'], { PORT: 'eighty' });
  const version = runCommand(['--version'], { PORT: 'eighty' });
  expect(await Promise.all([help.ended, version.ended])).toEqual([0, 0]);
  expect(help.stdout()).toMatch(/privet serve/);
  expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(help.stderr() + version.stderr()).toBe('');
});
