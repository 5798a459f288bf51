import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BareClient } from './bare-client.ts';
import type { Simulator } from './simulator.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function run(...args: string[]): {
  child: ChildProcess;
  output: { out: string; err: string };
  exit: Promise<unknown[]>;
} {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => void (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (output.err += chunk.toString()));
  return { child, output, exit: once(child, 'close') };
}

test('prints one JSON line, serves, and ends on SIGTERM', async () => {
  const { child, output, exit } = run('--port', '0', '--control', '0', '--rtt', '1');
  try {
    if (!child.stdout) throw new Error('no output');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { url, rootKey, rootSerial, control } = JSON.parse(line) as Record<string, string>;
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws\/chat$/);
    expect(rootKey).toMatch(/^[0-9a-f]{64}$/);
    const root = { url, rootKey: Buffer.from(rootKey ?? '', 'hex'), rootSerial: Number(rootSerial) };
    await using client = new BareClient(root as Pick<Simulator, 'url' | 'rootKey' | 'rootSerial'>);
    const response = await fetch(`${control}/scan`, {
      method: 'POST',
      body: JSON.stringify({ qr: await client.qr() }),
      signal: AbortSignal.timeout(10_000),
    });
    expect(await response.json()).toEqual({ phoneNumber: expect.stringMatching(/^\d+$/) });
    await expect(client.closed()).resolves.toBe(515);
  } finally {
    child.kill('SIGTERM');
  }
  expect((await exit)[0]).toBe(0);
  expect(output.out.split('\n')).toHaveLength(2);
  expect(output.err).toBe('');
});

test.each([
  [['--port', 'x'], '--port: expected a whole number'],
  [['--rtt', '-1'], '--rtt'],
  [['--colour'], '--colour'],
])('%j is one clear line and exit 1', async (args, text) => {
  const { output, exit } = run(...args);
  expect((await exit)[0]).toBe(1);
  expect(output.out).toBe('');
  expect(output.err.trim().split('\n')).toEqual([expect.stringContaining(text)]);
});

test('--help explains the options', async () => {
  const { output, exit } = run('--help');
  expect((await exit)[0]).toBe(0);
  expect(output.out).toContain('--control');
});
