import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { databaseEnv, sqliteOnly } from '../../test/support/postgres.ts';
import { createApp } from '../app.ts';
import { createSettings } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { databasePath } from '../storage/sqlite/database.ts';
import { openStorage } from '../storage/storage.ts';
import { temporaryFolder } from '../storage/storage.fixture.ts';
import { VERSION } from '../version.ts';
import { serve } from './cli.fixture.ts';

const data = () => join(temporaryFolder(), 'data');

test('the first start prints the URL and the token, once; SIGTERM and SIGINT end it with 0; the log is JSON lines on stderr', async () => {
  const env = { PRIVET_DATA: data() };
  const first = serve(env);
  const url = await first.ready;
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  const page = await fetch(`${url}/about`, { headers: { accept: 'text/html' } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('href="/graphql"')]);
  first.process.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const token = /pvta_\w+/.exec(first.out.join('\n'))?.[0] ?? 'none';
  expect(token).toHaveLength(67);
  expect(first.err.join('\n')).not.toContain(token.slice(18));

  const second = serve({ ...env, PRIVET_PROT: '1', LOG_LEVEL: 'trace' });
  await second.ready;
  second.process.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(second.out.join('\n')).not.toMatch(/pvt[ai]_/);

  // The log names an unknown PRIVET_*, and its first and its last word say which version that was.
  const lines = second.err.map((line) => JSON.parse(line) as unknown);
  for (const msg of ['service started', 'service ended']) {
    expect(lines).toContainEqual(expect.objectContaining({ msg, version: VERSION, pid: second.process.pid }));
  }
  expect(second.err.join('\n')).toContain('PRIVET_PROT is not a variable of this service and is ignored');
});

sqliteOnly('another process has the file of the database locked')(
  'SIGTERM ends with 0 what still waits for a locked database, and nothing else is said of it',
  async () => {
    const dataDir = data();
    await (await openStorage({ dataDir }))[Symbol.asyncDispose]();
    using database = new DatabaseSync(databasePath(dataDir));
    database.exec('begin immediate');
    const service = serve({ PRIVET_DATA: dataDir });
    // Now it has the folder, and opens the database next.
    await expect.poll(() => existsSync(join(dataDir, 'owner.json')), { timeout: 20_000 }).toBe(true);
    service.process.kill('SIGTERM');
    expect([await service.ended, service.out]).toEqual([0, []]);
    expect(service.err.map((line) => JSON.parse(line))).toMatchObject([{ msg: 'service ended before it had started' }]);
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
  },
);

test('a port that another process has is told as that', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void first.close());
  await once(first, 'listening');
  const port = String((first.address() as AddressInfo).port);
  // The service itself listens already where the second listener finds none.
  const second = serve({ PRIVET_DATA: data(), PRIVET_METRICS_PORT: port });
  const line = (by: string): string =>
    `Can not listen on 127.0.0.1 port ${port}: another process does: end that one, or choose another port, by ${by} (EADDRINUSE)`;
  expect(await second.ended).toBe(1);
  expect([second.out, second.err]).toEqual([[], [line('PRIVET_METRICS_PORT')]]);
  const dataDir = data();
  const { config, secrets } = createSettings(readEnv({ PRIVET_DATA: dataDir, PORT: port, ...databaseEnv(dataDir) }));
  await expect(createApp(config, secrets)).rejects.toThrow(line('PORT'));
});

test('a second signal ends it at once, with the signal’s exit code', async () => {
  const service = serve({ PRIVET_DATA: data() });
  const { port, hostname } = new URL(await service.ready);
  // A request whose body does not come holds up the orderly end.
  const socket = connect(Number(port), hostname).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n');
  await fetch(`http://${hostname}:${port}/health/live`);
  service.process.kill('SIGTERM');
  expect(await Promise.race([service.ended, new Promise((resolve) => setTimeout(resolve, 500, 'closing'))])).toBe(
    'closing',
  );
  // One that comes with the first is the same, handed on by npm: only a later one is meant.
  const again = setInterval(() => service.process.kill('SIGTERM'), 300);
  onTestFinished(() => clearInterval(again));
  expect(await service.ended).toBe(143);
});
