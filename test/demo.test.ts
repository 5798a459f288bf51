import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, test, vi } from 'vitest';
import { inherited, runProgram } from './support/service-process.ts';

const DEMO = new URL('../demo/main.ts', import.meta.url).pathname;

type Data = Record<string, unknown>;

interface Demo {
  /** All that it printed. */
  readonly text: string;
  readonly address: URL;
  readonly token: string;
  readonly process: ChildProcess;
  readonly stderr: () => string;
  /** Its exit code. */
  readonly ended: Promise<unknown>;
  graphql(query: string): Promise<Data>;
}

async function startDemo(args: readonly string[], env: Record<string, string>): Promise<Demo> {
  const demo = spawn(process.execPath, [DEMO, ...args], {
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterAll(() => void demo.kill('SIGKILL'));
  const ended = once(demo, 'close').then(([code]) => code as unknown);
  let [text, stderr] = ['', ''];
  demo.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  demo.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await vi.waitFor(() => expect(text).toContain('Ctrl-C'), { timeout: 50_000 });
  const address = new URL(/^ +(http:\S+)$/m.exec(text)?.[1] ?? '');
  const token = address.hash.replace(/^#token=/, '');
  return {
    text,
    address,
    token,
    process: demo,
    stderr: () => stderr,
    ended,
    async graphql(query) {
      const answer = await fetch(new URL('/graphql', address), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
      const { data } = (await answer.json()) as { data: Data };
      return data;
    },
  };
}

const create = (name: string): string => `mutation { createInstance(name: "${name}") { token } }`;
const pair = (name: string, by = ''): string =>
  `mutation { pairInstance(instance: "${name}"${by}) { state pairing { qr code } } }`;
const shown = (name: string): string => `{ instance(name: "${name}") { state phoneNumber } }`;

const other = createServer().listen(0, '127.0.0.1');
await once(other, 'listening');
afterAll(() => void other.close());
const taken = (other.address() as AddressInfo).port;

/** Each of them is three processes, so all tests share these two. */
const [shell, unattended] = await Promise.all([
  startDemo(['--shell'], { PORT: String(taken) }),
  // What a service of one's own has is none of the demo's business.
  startDemo(['--no-scan'], { PORT: '0', DATABASE_URL: 'postgres://x@127.0.0.1:1/x', PRIVET_CONSOLE: 'off' }),
]);

test('the demo prints one address, where the console is', async () => {
  expect(unattended.text.match(/http:\S+/g)).toEqual([unattended.address.href]);
  for (const { address } of [shell, unattended]) {
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<div id="root"></div>');
  }
});

test('what waits there for a phone is linked to one by itself, unless --no-scan is given', async () => {
  expect(await shell.graphql(shown('demo'))).toMatchObject({ instance: { state: 'OPEN' } });
  await Promise.all([
    unattended.graphql(create('shop')),
    shell.graphql(create('shop')),
    shell.graphql(create('office')),
  ]);
  await unattended.graphql(pair('shop'));
  expect(await shell.graphql(pair('shop'))).toMatchObject({
    pairInstance: { state: 'PAIRING', pairing: { qr: expect.any(String) as unknown } },
  });
  const byCode = await shell.graphql(pair('office', ', phoneNumber: "+55 11 91234-5678"'));
  expect(byCode).toMatchObject({ pairInstance: { state: 'PAIRING', pairing: { qr: null } } });

  const until = { timeout: 30_000, interval: 100 };
  // A number that nobody is ever given.
  const number = expect.stringMatching(/^1\d{3}55501\d\d$/) as unknown;
  await expect
    .poll(() => shell.graphql(shown('shop')), until)
    .toEqual({ instance: { state: 'OPEN', phoneNumber: number } });
  await expect
    .poll(() => shell.graphql(shown('office')), until)
    .toEqual({ instance: { state: 'OPEN', phoneNumber: '5511912345678' } });
  expect(await unattended.graphql(shown('shop'))).toMatchObject({ instance: { state: 'PAIRING' } });
});

test('with --shell it says which port was taken, and what it says to paste works as it stands', async () => {
  const { text, address, token, graphql } = shell;
  expect(text).toContain(`Port ${taken} was taken, so it is ${address.port}.`);
  expect(/Playground +(\S+)/.exec(text)?.[1]).toBe(new URL('/graphql', address).href);

  expect(JSON.parse(/^\{.*\}$/m.exec(text)?.[0] ?? '')).toEqual({ Authorization: `Bearer ${token}` });
  const query = /^mutation \{$[\s\S]*?^\}$/m.exec(text)?.[0] ?? '';
  const { updatePrivacy } = await graphql(query);
  expect(updatePrivacy).toMatchObject({ failures: [], settings: { visibility: { lastSeen: 'NONE' } } });

  const [, control = '', change = ''] = /^curl -s (\S+) -d '(.*)'$/m.exec(text) ?? [];
  expect(await fetch(control, { method: 'POST', body: change })).toMatchObject({ status: 200 });
  const read = await graphql('{ privacy(instance: "demo") { visibility { lastSeen } } }');
  expect(read).toEqual({ privacy: { visibility: { lastSeen: 'CONTACTS' } } });
});

test('--help tells of both, and nothing is started for a word that means nothing', async () => {
  const [help, odd] = [runProgram(DEMO, ['--help']), runProgram(DEMO, ['--sehll'])];
  expect([await help.ended, help.stderr()]).toEqual([0, '']);
  expect(help.stdout()).toMatch(/--shell[\s\S]*--no-scan/);
  expect([await odd.ended, odd.stdout(), odd.stderr()]).toEqual([2, '', help.stdout()]);
});

test('the demo ends in good order by Ctrl-C, and with its service or its simulated WhatsApp, and says which', async () => {
  shell.process.kill('SIGINT');
  expect(await shell.ended).toBe(0);
  const { pid } = unattended.process;
  // The first that it started.
  const [simulator] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  process.kill(Number(simulator), 'SIGKILL');
  expect([await unattended.ended, unattended.stderr()]).toEqual([
    1,
    expect.stringMatching(/^The demo failed: the simulated WhatsApp ended with SIGKILL$/m),
  ]);
});
