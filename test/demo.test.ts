import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { inherited, runProgram } from './support/service-process.ts';

const DEMO = new URL('../demo/main.ts', import.meta.url).pathname;

type Data = Record<string, unknown>;

interface Demo {
  /** All that it printed. */
  readonly text: string;
  readonly address: URL;
  readonly token: string;
  graphql(query: string): Promise<Data>;
  /** Sends SIGINT, and resolves to the exit code. */
  end(): Promise<unknown>;
}

async function startDemo(args: readonly string[], env: Record<string, string>): Promise<Demo> {
  const demo = spawn(process.execPath, [DEMO, ...args], {
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void demo.kill('SIGKILL'));
  const ended = once(demo, 'exit');
  let text = '';
  demo.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await expect.poll(() => text, { timeout: 50_000 }).toContain('Ctrl-C');
  const address = new URL(/^ +(http:\S+)$/m.exec(text)?.[1] ?? '');
  const token = address.hash.replace(/^#token=/, '');
  return {
    text,
    address,
    token,
    async graphql(query) {
      const answer = await fetch(new URL('/graphql', address), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
      const { data } = (await answer.json()) as { data: Data };
      return data;
    },
    async end() {
      demo.kill('SIGINT');
      return (await ended)[0];
    },
  };
}

const create = (name: string): string => `mutation { createInstance(name: "${name}") { token } }`;
const pair = (name: string, by = ''): string =>
  `mutation { pairInstance(instance: "${name}"${by}) { state pairing { qr code } } }`;
const shown = (name: string): string => `{ instance(name: "${name}") { state phoneNumber } }`;

test('the demo prints one address; what waits there for a phone is linked to one by itself, unless --no-scan is given', async () => {
  const [demo, unattended] = await Promise.all([
    startDemo([], { PORT: '0' }),
    // What a service of one's own has is none of the demo's business.
    startDemo(['--no-scan'], { PORT: '0', DATABASE_URL: 'postgres://x@127.0.0.1:1/x', PRIVET_CONSOLE: 'off' }),
  ]);
  for (const { text, address } of [demo, unattended]) {
    expect(text.match(/http:\S+/g)).toEqual([address.href]);
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<div id="root"></div>');
  }
  expect(await demo.graphql(shown('demo'))).toMatchObject({ instance: { state: 'OPEN' } });

  await Promise.all([unattended.graphql(create('shop')), demo.graphql(create('shop')), demo.graphql(create('office'))]);
  await unattended.graphql(pair('shop'));
  expect(await demo.graphql(pair('shop'))).toMatchObject({
    pairInstance: { state: 'PAIRING', pairing: { qr: expect.any(String) as unknown } },
  });
  const byCode = await demo.graphql(pair('office', ', phoneNumber: "+55 11 91234-5678"'));
  expect(byCode).toMatchObject({ pairInstance: { state: 'PAIRING', pairing: { qr: null } } });

  const until = { timeout: 30_000, interval: 100 };
  // A number that nobody is ever given.
  const number = expect.stringMatching(/^1\d{3}55501\d\d$/) as unknown;
  await expect
    .poll(() => demo.graphql(shown('shop')), until)
    .toEqual({ instance: { state: 'OPEN', phoneNumber: number } });
  await expect
    .poll(() => demo.graphql(shown('office')), until)
    .toEqual({ instance: { state: 'OPEN', phoneNumber: '5511912345678' } });
  expect(await unattended.graphql(shown('shop'))).toMatchObject({ instance: { state: 'PAIRING' } });
  expect(await Promise.all([demo.end(), unattended.end()])).toEqual([0, 0]);
});

test('with --shell it says which port was taken, and what it says to paste works as it stands', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const taken = (other.address() as { port: number }).port;
  const { text, address, token, graphql, end } = await startDemo(['--shell'], { PORT: String(taken) });
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
  expect(await end()).toBe(0);
});

test('--help tells of both, and nothing is started for a word that means nothing', async () => {
  const [help, odd] = [runProgram(DEMO, ['--help']), runProgram(DEMO, ['--sehll'])];
  expect([await help.ended, help.stderr()]).toEqual([0, '']);
  expect(help.stdout()).toMatch(/--shell[\s\S]*--no-scan/);
  expect([await odd.ended, odd.stdout(), odd.stderr()]).toEqual([2, '', help.stdout()]);
});

test('the demo ends with its service or its simulated WhatsApp, and says which', async () => {
  const demo = runProgram(DEMO, ['--no-scan'], { PORT: '0' });
  await expect.poll(demo.stdout, { timeout: 50_000 }).toContain('Ctrl-C');
  // The first that it started.
  const [simulator] = readFileSync(`/proc/${demo.pid}/task/${demo.pid}/children`, 'utf8').split(' ');
  process.kill(Number(simulator), 'SIGKILL');
  expect([await demo.ended, demo.stderr()]).toEqual([
    1,
    expect.stringMatching(/^The demo failed: the simulated WhatsApp ended with SIGKILL$/m),
  ]);
});
