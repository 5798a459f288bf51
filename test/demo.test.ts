import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { inherited } from './support/service-process.ts';

const DEMO = new URL('../demo/main.ts', import.meta.url).pathname;

test('the demo says which port was taken, and what it says to paste works as it stands', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const taken = (other.address() as { port: number }).port;

  const demo = spawn(process.execPath, [DEMO], {
    env: { ...inherited(), PORT: String(taken) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void demo.kill('SIGKILL'));
  const ended = once(demo, 'exit');
  let text = '';
  demo.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await expect.poll(() => text, { timeout: 50_000 }).toContain('Ctrl-C');

  const url = /Playground +(\S+)/.exec(text)?.[1] ?? '';
  const { port } = new URL(url);
  expect(text).toContain(`Port ${taken} was taken, so it is ${port}.`);
  expect(url).toMatch(/\/graphql$/);

  const headers = JSON.parse(/^\{.*\}$/m.exec(text)?.[0] ?? '') as Record<string, string>;
  const query = /^mutation \{$[\s\S]*?^\}$/m.exec(text)?.[0];
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data } = (await answer.json()) as { data: { updatePrivacy: unknown } };
  expect(data.updatePrivacy).toMatchObject({ failures: [], settings: { visibility: { lastSeen: 'NONE' } } });

  const [, control = '', change = ''] = /^curl -s (\S+) -d '(.*)'$/m.exec(text) ?? [];
  expect(await fetch(control, { method: 'POST', body: change })).toMatchObject({ status: 200 });
  const read = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ privacy(instance: "demo") { visibility { lastSeen } } }' }),
  });
  expect(await read.json()).toMatchObject({ data: { privacy: { visibility: { lastSeen: 'CONTACTS' } } } });

  demo.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});
