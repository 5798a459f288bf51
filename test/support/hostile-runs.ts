import { expect, test } from 'vitest';
import { HostileClient } from './hostile-http.ts';
import { exchange, inParallel } from './raw-http.ts';
import { dataFolder, runService, type ServiceProcess } from './service-process.ts';

/** Another one by HOSTILE_SEED, to look for more or to see a failure again. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_260_131);
const TOKEN = 'a-token-of-the-tests-own-0123456789';
const WIDTH = 40;

export const start = (): Promise<ServiceProcess> =>
  runService({
    PRIVET_DATA: dataFolder(),
    PRIVET_ACCOUNT_TOKEN: TOKEN,
    PRIVET_RATE_LIMIT: '1000000',
    LOG_LEVEL: 'warn',
    // Never asked: no instance is linked here.
    PRIVET_WHATSAPP_URL: 'ws://127.0.0.1:1/',
  });

export async function good(url: string): Promise<{ status: number; ms: number }> {
  const began = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: '{"query":"{ instances { nodes { name } } }"}',
    signal: AbortSignal.timeout(10_000),
  });
  await response.text();
  return { status: response.status, ms: performance.now() - began };
}

/** That it still works, has logged no failure of its own, and ends when it is told to. */
export async function expectUnharmed(service: ServiceProcess): Promise<void> {
  expect((await good(service.url)).status).toBe(200);
  expect(await service.kill('SIGTERM')).toBe(0);
  expect(
    service
      .stderr()
      .split('\n')
      .filter((line) => /"level":"(error|fatal)"|nhandled|uncaught/.test(line)),
  ).toEqual([]);
}

/** Sends so many of one kind. */
async function send(url: string, count: number, make: (client: HostileClient) => Buffer): Promise<void> {
  const client = new HostileClient(SEED, TOKEN);
  const statuses = new Map<number | undefined, number>();
  const failures: string[] = [];
  await inParallel(count, WIDTH, async () => {
    const sent = make(client);
    const { status, text } = await exchange(url, sent);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const isBad = (status ?? 0) >= 500 || /node_modules|\n\s+at |\.[jt]s:\d+:\d+/.test(text);
    if (isBad) failures.push(`${sent.toString('latin1').slice(0, 1_500)}\n→ ${text.slice(0, 500)}`);
  });
  expect(failures).toEqual([]);
  // What was sent did get there: it is not that all of it was lost on the way.
  expect(count - (statuses.get(undefined) ?? 0), JSON.stringify([...statuses])).toBeGreaterThan(count / 2);
}

/** Sends so many of both to a service of their own, which goes on unharmed. */
export const sendHostile = ({ bytes, requests }: { readonly bytes: number; readonly requests: number }): void =>
  test(`${bytes} random byte strings and ${requests} malformed requests harm nothing (seed ${SEED})`, async () => {
    const service = await start();
    await send(service.url, bytes, (client) => client.bytes());
    await send(service.url, requests, (client) => client.request());
    await expectUnharmed(service);
  }, 180_000);
