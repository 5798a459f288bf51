import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTokenService } from '../access/token-service.ts';
import { acquireOwnership } from '../storage/owner.ts';
import { temporaryFolder } from '../storage/storage.fixture.ts';
import { openStorage } from '../storage/storage.ts';
import { runCli } from './cli.ts';

const TOKEN = /pvt[ai]_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/;

const runner = (dataDir = join(temporaryFolder(), 'data'), env: Record<string, string> = {}) => {
  const run = async (...argv: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCli(argv, {
      env: { PRIVET_DATA: dataDir, ...env },
      signal: new AbortController().signal,
      ppid: () => 1,
      say: (line) => void out.push(line),
      complain: (line) => void err.push(line),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const authenticate = async (text: string) => {
    await using storage = await openStorage({ dataDir });
    return await createTokenService({ storage }).authenticate(text, Date.now());
  };
  return { dataDir, run, authenticate };
};

const tokenIn = (text: string): string => TOKEN.exec(text)?.[0] ?? '';
const idOf = (token: string): string => token.split('_')[1] ?? '';

test('--help lists every command, and each has its own', async () => {
  const { run } = runner();
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  const names = [
    'serve',
    'account create',
    'account list',
    'token create',
    'token list',
    'token rotate',
    'token revoke',
    'instance list',
    'instance restore',
    'backup',
    'restore',
    'keys rotate',
  ];
  for (const name of names) {
    expect(out).toContain(`privet ${name}`);
    const help = await run(...name.split(' '), '--help');
    expect([help.code, help.out.startsWith(`privet ${name}`)]).toEqual([0, true]);
  }
  expect((await run('token', '--help')).out).toBe(out);
  expect((await run('token', 'create', '--help')).out).toContain('--scopes <list>');
});

test('--version prints the version', async () => {
  const { code, out } = await runner().run('--version');
  expect([code, /^\d+\.\d+\.\d+$/.test(out)]).toEqual([0, true]);
});

test.each([
  [['--nope'], 'Unknown option --nope; see "privet serve --help"'],
  [['serve', 'extra'], 'Unexpected argument "extra"; see "privet serve --help"'],
  [['serve', '-x'], 'Unknown option -x; see "privet serve --help"'],
  [['nope'], 'Unknown command "nope"; see "privet --help"'],
  [['token'], 'Unknown command "token"; see "privet --help"'],
  [['token', 'nope', '--help-me'], 'Unknown command "token nope"; see "privet --help"'],
  [['token', 'create', '--label'], '--label needs a value; see "privet token create --help"'],
  [['token', 'create', '--scopes', 'read,all'], '--scopes must be a comma-separated list of read, write, pair, admin'],
  [
    ['token', 'create', '--expires', 'soon'],
    '--expires must be a number of seconds, minutes, hours or days, such as 90m or 30d',
  ],
  [['token', 'revoke'], '<id> is missing; see "privet token revoke --help"'],
])('%j is refused in one clear line', async (argv, line) => {
  expect(await runner().run(...argv)).toEqual({ code: 1, out: '', err: line });
});

test('a bad variable is refused in one line that names it, by every command', async () => {
  const { run } = runner(undefined, { PRIVET_RATE_LIMIT: 'many' });
  for (const argv of [[], ['serve'], ['account', 'list'], ['token', 'list']]) {
    const { code, err } = await run(...argv);
    expect([code, err]).toEqual([1, 'PRIVET_RATE_LIMIT must be a whole number from 1 to 1000000, not "many"']);
  }
});

test('an unknown PRIVET_* is a warning', async () => {
  const { code, err } = await runner(undefined, { PRIVET_DATUM: 'x' }).run('account', 'create');
  expect([code, err]).toEqual([0, 'Warning: PRIVET_DATUM is not a variable of this service and is ignored']);
});

test.each([
  ['account', 'list'],
  ['token', 'create'],
  ['token', 'list'],
  ['token', 'rotate', 'x'],
  ['token', 'revoke', 'x'],
  ['instance', 'list'],
  ['instance', 'restore', 'x'],
  ['backup', 'x.db'],
  ['keys', 'rotate'],
])('%s %s makes no database where there is none', async (...argv) => {
  const { dataDir, run } = runner();
  const { code, out, err } = await run(...argv);
  expect([code, out, err]).toEqual([1, '', expect.stringMatching(/^There is no database .*privet\.db/)]);
  expect(existsSync(dataDir)).toBe(false);
});

test('account create prints a token that works for the new account', async () => {
  const { run, authenticate } = runner();
  const { code, out } = await run('account', 'create', '--label', 'shop');
  const principal = await authenticate(tokenIn(out));
  expect(code).toBe(0);
  expect(out).toContain(principal?.accountId);
  expect(principal?.scopes.size).toBe(4);
  expect((await run('account', 'list')).out).toMatch(new RegExp(`${principal?.accountId} .*shop$`));
});

test('tokens are created, listed without their text, rotated and revoked', async () => {
  const { run, authenticate } = runner();
  await run('account', 'create');
  const old = tokenIn(
    (await run('token', 'create', '--label', 'cron', '--scopes', 'read, write', '--expires', '1h')).out,
  );
  expect((await authenticate(old))?.scopes).toEqual(new Set(['read', 'write']));
  const list = await run('token', 'list');
  expect(list.out).toMatch(new RegExp(`^${idOf(old)} .*read,write .*cron$`, 'm'));
  expect(list.out).not.toContain(old.slice(18));

  const fresh = tokenIn((await run('token', 'rotate', idOf(old))).out);
  expect([await authenticate(old), (await authenticate(fresh))?.scopes]).toEqual([
    undefined,
    new Set(['read', 'write']),
  ]);
  // As GraphQL shows it.
  const revoked = await run('token', 'revoke', `Token:${idOf(fresh)}`);
  expect(revoked).toMatchObject({ code: 0, out: `Token ${idOf(fresh)} is revoked` });
  expect(await authenticate(fresh)).toBeUndefined();
  const again = await run('token', 'revoke', idOf(fresh));
  expect(again).toEqual({ code: 1, out: '', err: `There is no working token ${idOf(fresh)}` });
});

test('what a label does to a terminal is shown, not done', async () => {
  const { dataDir, run } = runner();
  await run('account', 'create');
  expect(await run('token', 'create', '--label', 'a\u001b[2J')).toEqual({
    code: 1,
    out: '',
    err: 'label must not have control or format characters, such as line breaks or changes of direction',
  });
  {
    await using storage = await openStorage({ dataDir });
    // As one from before they were refused.
    for (const { id } of await storage.tokens.listByAccount((await storage.accounts.list())[0]?.id ?? '')) {
      await storage.tokens.relabel(id, 'x\u001b[2J\nrow\u009b\u202e\u{e0041}');
    }
  }
  const { out } = await run('token', 'list');
  expect(out.split('\n')).toHaveLength(2);
  expect(out).toMatch(/ {2}x\\u001b\[2J\\u000arow\\u009b\\u202e\\u\{e0041\}$/);
  const id = /^[0-9A-Za-z]{12}(?= )/m.exec(out.split('\n')[1] ?? '')?.[0] ?? '';
  expect((await run('token', 'rotate', id)).code).toBe(0);
  expect((await run('token', 'list')).out).toMatch(/ {2}x \[2J row$/m);
});

test('a token for an instance reaches it alone', async () => {
  const { dataDir, run, authenticate } = runner();
  const accountId = (await authenticate(tokenIn((await run('account', 'create')).out)))?.accountId ?? '';
  {
    await using storage = await openStorage({ dataDir });
    await storage.instances.insert({ accountId, name: 'shop', wanted: 'stopped', state: 'UNPAIRED' });
  }
  const { out } = await run('token', 'create', '--instance', 'shop');
  expect(out).toMatch(/^pvti_/);
  expect(await authenticate(out)).toMatchObject({ accountId, instanceId: expect.any(String) as unknown });
  expect((await run('token', 'list', '--instance', 'shop')).out.split('\n')).toHaveLength(2);
  expect(await run('token', 'create', '--instance', 'nope')).toMatchObject({
    code: 1,
    err: 'The account has no instance named "nope"',
  });
});

test('with several accounts --account is needed, and another account’s token stays out of reach', async () => {
  const { dataDir, run, authenticate } = runner();
  await (await openStorage({ dataDir }))[Symbol.asyncDispose]();
  expect((await run('token', 'list')).err).toMatch(/^There is no account yet/);
  const [one, two] = [tokenIn((await run('account', 'create')).out), tokenIn((await run('account', 'create')).out)];
  expect((await run('token', 'list')).err).toMatch(/^--account is needed, since there are 2/);
  expect((await run('token', 'list', '--account', 'nobody')).err).toMatch(/^There is no account nobody/);
  const accountOfTwo = (await authenticate(two))?.accountId ?? '';
  expect((await run('token', 'list', '--account', accountOfTwo)).out).toContain(idOf(two));
  expect((await run('token', 'list', '--account', `Account:${accountOfTwo}`)).out).toContain(idOf(two));
  expect((await run('token', 'revoke', idOf(one), '--account', accountOfTwo)).code).toBe(1);
  expect(await authenticate(one)).toBeDefined();
});

test('the commands work beside a service that owns the folder', async () => {
  const { dataDir, run, authenticate } = runner();
  using ownership = acquireOwnership(dataDir, new Date());
  const { out } = await run('account', 'create');
  expect(await authenticate(tokenIn(out))).toBeDefined();
  expect(ownership.held).toBe(true);
});
