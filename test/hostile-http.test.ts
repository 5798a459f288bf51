import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HostileClient } from './support/hostile-http.ts';
import { exchange, inParallel } from './support/raw-http.ts';
import { dataFolder, runService, type ServiceProcess } from './support/service-process.ts';

/** Another one by HOSTILE_SEED, to look for more or to see a failure again. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_260_131);
const TOKEN = 'a-token-of-the-tests-own-0123456789';
const WIDTH = 40;

const start = (): Promise<ServiceProcess> =>
  runService({
    PRIVET_DATA: dataFolder(),
    PRIVET_ACCOUNT_TOKEN: TOKEN,
    PRIVET_RATE_LIMIT: '1000000',
    LOG_LEVEL: 'warn',
    // Never asked: no instance is linked here.
    PRIVET_WHATSAPP_URL: 'ws://127.0.0.1:1/',
  });

async function good(url: string): Promise<{ status: number; ms: number }> {
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
async function expectUnharmed(service: ServiceProcess): Promise<void> {
  expect((await good(service.url)).status).toBe(200);
  expect(await service.kill('SIGTERM')).toBe(0);
  expect(
    service
      .stderr()
      .split('\n')
      .filter((line) => /"level":"(error|fatal)"|nhandled|uncaught/.test(line)),
  ).toEqual([]);
}

test('500 connections that send their headers slowly are closed within 8 s, and others are served', async () => {
  const service = await start();
  const { hostname, port } = new URL(service.url);
  const open = async (): Promise<number> => {
    const began = performance.now();
    const socket = connect(Number(port), hostname, () => socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nX-Slow: '));
    const drip = setInterval(() => socket.write('x'), 500);
    socket.on('error', () => {});
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(drip);
    return performance.now() - began;
  };
  const slow = Promise.all(Array.from({ length: 500 }, open));
  const state = { over: false };
  void slow.then(() => (state.over = true));
  const answers: { status: number; ms: number }[] = [];
  for (const end = Date.now() + 20_000; Date.now() < end && !state.over; await delay(100))
    answers.push(await good(service.url));

  expect(Math.max(...(await slow))).toBeLessThan(8_000);
  expect(answers.length).toBeGreaterThan(10);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(2_000);
  await expectUnharmed(service);
}, 60_000);

test.each([
  ['10,000 random byte strings', 10_000, (client: HostileClient) => client.bytes()],
  ['3,000 malformed requests', 3_000, (client: HostileClient) => client.request()],
])(
  `%s harm nothing (seed ${SEED})`,
  async (_what, count, make) => {
    const service = await start();
    const client = new HostileClient(SEED, TOKEN);
    const statuses = new Map<number | undefined, number>();
    const failures: string[] = [];
    await inParallel(count, WIDTH, async () => {
      const sent = make(client);
      const { status, text } = await exchange(service.url, sent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const isBad = (status ?? 0) >= 500 || /node_modules|\n\s+at |\.[jt]s:\d+:\d+/.test(text);
      if (isBad) failures.push(`${sent.toString('latin1').slice(0, 1_500)}\n→ ${text.slice(0, 500)}`);
    });
    expect(failures).toEqual([]);
    // What was sent did get there: it is not that all of it was lost on the way.
    expect(count - (statuses.get(undefined) ?? 0), JSON.stringify([...statuses])).toBeGreaterThan(count / 2);
    await expectUnharmed(service);
  },
  120_000,
);
