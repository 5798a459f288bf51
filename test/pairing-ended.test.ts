import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { databaseOf } from '../src/storage/storage.fixture.ts';
import { openStorage } from '../src/storage/storage.ts';
import { CreateInstanceDocument, InstanceDocument, PairInstanceDocument, StopInstanceDocument } from './gql/graphql.ts';
import { askFor, type Caller } from './support/ask.ts';
import { dataFolder, runService, simulatorEnv } from './support/service-process.ts';

const TOKEN = 'pairing-ended-account-token-0123456789';
const NAME = 'shop';
const WAIT = { timeout: 20_000, interval: 50 };

/** A service that knows an instance, to be started again and again. */
async function withInstance() {
  const simulator = await startSimulator({ preKeys: 30 });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const env = { ...simulatorEnv(simulator), PRIVET_DATA: dataFolder(), PRIVET_ACCOUNT_TOKEN: TOKEN };
  const start = async () => ({ ...(await runService(env)), token: TOKEN });
  const first = await start();
  await askFor(first, CreateInstanceDocument, { name: NAME });
  return { simulator, env, first, start };
}

const see = async (caller: Caller) => (await askFor(caller, InstanceDocument, { name: NAME })).instance;

async function showQr(caller: Caller): Promise<string> {
  const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: NAME });
  expect(pairInstance).toMatchObject({ state: 'PAIRING', reason: null });
  return pairInstance?.pairing?.qr ?? '';
}

test('a kill in the middle of a pairing is known as its end; whose number one left unstored is known from the next start on', async () => {
  const { simulator, env, first, start } = await withInstance();
  await showQr(first);
  await first.kill('SIGKILL');
  let service = await start();
  await expect.poll(async () => (await see(service))?.state, WAIT).toBe('UNPAIRED');
  expect(await see(service)).toMatchObject({ reason: { code: 'PAIRING_ENDED' }, phoneNumber: null, pairing: null });

  // Now between the login and the end of the pairing: the link that paired stays for some seconds.
  const fault = simulator.addFault({ do: 'no-restart' });
  const phoneNumber = await simulator.scan(await showQr(service));
  await service.kill('SIGKILL');
  expect(fault.hits).toBe(1);
  service = await start();
  await expect.poll(async () => (await see(service))?.state, WAIT).toBe('OPEN');
  expect((await see(service))?.reason).toBeNull();
  await askFor(service, StopInstanceDocument, { instance: NAME });
  await service.kill('SIGKILL');
  await using storage = await openStorage(await databaseOf(env.PRIVET_DATA));
  const [account] = await storage.accounts.list();
  expect(await storage.instances.list(account?.id ?? '', { first: 2 })).toMatchObject([
    { name: NAME, state: 'STOPPED', phoneNumber },
  ]);
}, 60_000);
