import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sharedPrivet } from '../../../test/support/shared-privet.ts';
import { runCommand } from '../../../test/support/service-process.ts';
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts';
import { systemClock } from '../../clock.ts';
import { runCli } from '../cli.ts';
import { commandLine } from '../cli.fixture.ts';

const privet = await sharedPrivet();
const { phoneNumber } = await privet.link('shop');
const port = Number(new URL(privet.url).port);

const EMPTY = { visibility: {}, privacy: {}, permissions: {}, other: [] };

/** A command that goes on, with what it has said so far. */
const follow = (url: string, ...argv: string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const [interrupt, unread] = [new AbortController(), new AbortController()];
  const ended = runCli(argv, {
    env: { PRIVET_URL: url, PRIVET_TOKEN: privet.token },
    signal: interrupt.signal,
    unread: unread.signal,
    ppid: () => 1,
    say: (line) => void out.push(line),
    complain: (line) => void err.push(line),
  });
  onTestFinished(async () => {
    interrupt.abort();
    await ended;
  });
  return { out, err, ended, interrupt: () => interrupt.abort(), leave: () => unread.abort() };
};

/** Of these waits of the command line a hundredth. */
const hurry = (...waits: number[]): void => {
  const after = systemClock.after.bind(systemClock);
  vi.spyOn(systemClock, 'after').mockImplementation((ms, callback) =>
    after(waits.includes(ms) ? ms / 100 : ms, callback),
  );
};

const lastSeenIn = (lines: readonly string[]): unknown[] =>
  lines.map((line) => (JSON.parse(line) as { visibility: { lastSeen: unknown } }).visibility.lastSeen);

test('watch goes on over lost connections, and over one that falls silent', async () => {
  await using proxy = await startTcpProxy(port);
  hurry(45_000);
  const sleep = vi.spyOn(systemClock, 'sleep');
  const watch = follow(`http://127.0.0.1:${proxy.port}`, 'privacy', 'watch', 'shop');
  await expect.poll(() => watch.out).toHaveLength(1);

  proxy.cut();
  privet.simulator.setPrivacy(phoneNumber, 'last', 'none');
  await expect.poll(() => lastSeenIn(watch.out).at(-1)).toBe('NONE');
  expect(watch.err).toEqual([
    expect.stringMatching(/^Trying again: The connection to http:.* was lost /),
    'It is there again',
  ]);
  // Not at once: all clients of a service that comes back would come at the same moment.
  expect(sleep.mock.calls.some(([ms]) => ms >= 500 && ms < 1_000)).toBe(true);

  proxy.blackHole(true);
  await expect.poll(() => watch.err).toHaveLength(3);
  proxy.blackHole(false);
  privet.simulator.setPrivacy(phoneNumber, 'last', 'contacts');
  await expect.poll(() => lastSeenIn(watch.out).at(-1)).toBe('CONTACTS');
  watch.interrupt();
  expect(await watch.ended).toBe(0);
});

test('watch ends when nobody reads it any more, when its token ends, and when its instance is deleted', async () => {
  const unread = follow(privet.url, 'privacy', 'watch', 'shop');
  await expect.poll(() => unread.out).toHaveLength(1);
  unread.leave();
  expect(await unread.ended).toBe(0);

  expect(await follow(privet.url, 'privacy', 'watch', 'nope').ended).toBe(1);
  expect(await follow(privet.url, 'privacy', 'watch', 'shop', '--token', 'nope').ended).toBe(5);
  await privet.link('short');
  const watched = follow(privet.url, 'privacy', 'watch', 'short', '--table');
  await expect.poll(() => watched.out).toHaveLength(1);
  await privet.graphql('mutation { deleteInstance(instance: "short") { name } }');
  expect([await watched.ended, watched.out.at(-1), watched.err]).toEqual([0, 'The instance was deleted', []]);
});

test('pair says in JSON what to scan, and how it went on', async () => {
  const pair = follow(privet.url, 'pair', 'kiosk', '--create');
  const events = () => pair.out.slice(1).map((line) => JSON.parse(line) as { state: string; pairing?: { qr: string } });
  await expect.poll(() => events().at(-1)?.pairing?.qr).toBeTruthy();
  const number = await privet.simulator.scan(events().at(-1)?.pairing?.qr ?? '');
  expect(await pair.ended).toBe(0);
  expect(events().at(-1)).toMatchObject({ state: 'OPEN', phoneNumber: number, pairing: null });
});

test('a service that answers nothing is waited for 35 s', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  hurry(35_000);
  const get = follow(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'privacy', 'get', 'shop');
  expect([await get.ended, get.err]).toEqual([6, ['No answer within 35 s']]);
});

test('what is no Privet neither fills the memory nor moves the cursor, and after a strange answer a change may have been made', async () => {
  const blank = Buffer.alloc(1024 * 1024, ' ');
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/gateway/graphql': (response) => response.writeHead(504).end(),
    '/garbage/graphql': (response) => response.socket?.end('GARBAGE\r\n\r\n'),
    '/elsewhere/graphql': (response) => response.writeHead(307, { location: '/stolen' }).end(),
    '/endless/graphql': (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const more = (): void => {
        while (response.write(blank));
      };
      response.on('drain', more);
      more();
    },
    '/escapes/graphql': (response) =>
      response.end(JSON.stringify({ data: { privacy: { ...EMPTY, observedAt: '\u001b[2J' } } })),
  };
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    answers[url]?.(response);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const at = (path: string, ...argv: string[]) =>
    follow(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`, 'privacy', ...argv, '--table');
  const ended = async ({ ended: end, out, err }: ReturnType<typeof follow>) => [await end, [...out, ...err].join('\n')];
  const open = expect.stringMatching(/may have been done$/) as unknown;
  const change = ['set', 'shop', 'last-seen=all'];
  expect(await ended(at('gateway', ...change))).toEqual([6, open]);
  expect(await ended(at('garbage', ...change))).toEqual([6, open]);
  expect(await ended(at('elsewhere', ...change))).toEqual([1, expect.stringContaining('leads to')]);
  expect(await ended(at('endless', 'get', 'shop'))).toEqual([6, expect.stringContaining('answer is longer')]);
  expect(await ended(at('endless', 'watch', 'shop'))).toEqual([6, expect.stringContaining('too long')]);
  expect(await ended(at('escapes', 'get', 'shop'))).toEqual([0, expect.not.stringContaining('\u001b')]);
  expect(asked).not.toContain('/stolen');
});

test('the process ends with the exit codes that a script can tell apart', async () => {
  await privet.graphql('mutation { createInstance(name: "idle") { token } }');
  const cli = commandLine({ PRIVET_DATA: privet.dataDir, PRIVET_URL: privet.url, PRIVET_TOKEN: privet.token });
  const match = { xmlns: 'privacy', type: 'set', category: 'status' };
  privet.simulator.addFault({ phoneNumber, match, do: 'error', code: 406 });
  const runs = await Promise.all([
    cli.process('privacy', 'set', 'shop', 'status=none', 'profile=contacts'),
    cli.process('privacy', 'get', 'idle'),
    cli.process('privacy', 'get', 'shop', '--token', 'canary-0f3e'),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([3, 4, 5]);
  const full = runCommand(['version'], {}, ['sh', '-c', 'exec "$0" "$@" > /dev/full']);
  expect([await full.ended, full.stderr()]).toEqual([1, 'What was to be printed is lost (ENOSPC)\n']);
  expect((await cli.run('privacy', 'set', 'shop', '\u001b[2J=x')).err).toMatch(/^There is no field "\\u001b\[2J"/);
  expect(JSON.stringify(runs)).not.toMatch(/canary|Unexpected/);
});
