import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandLine } from './cli.fixture.ts';

test('--help lists every command, and each has its own', async () => {
  const { run } = commandLine();
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
    'instance create',
    'instance pair',
    'instance start',
    'instance stop',
    'instance unlink',
    'instance delete',
    'pair',
    'privacy get',
    'privacy set',
    'privacy plan',
    'privacy watch',
    'exclusions list',
    'exclusions add',
    'exclusions remove',
    'block',
    'unblock',
    'blocked',
    'completion',
  ];
  for (const name of names) {
    expect(out).toContain(`privet ${name}`);
    const help = await run(...name.split(' '), '--help');
    expect([help.code, help.out.startsWith(`Usage: privet ${name}`)]).toEqual([0, true]);
  }
  expect((await run('token', 'create', '--help')).out).toContain('--scopes <list>');
  // Told apart by what they work on.
  const [, overHttp = '', onData = ''] =
    /Over HTTP, to a running service:([^]*)On the data folder([^]*)More:/.exec(out) ?? [];
  expect([overHttp.includes('privet privacy set'), overHttp.includes('privet backup')]).toEqual([true, false]);
  expect([onData.includes('privet instance restore'), onData.includes('privet privacy get')]).toEqual([true, false]);
});

test('the exit codes of --help are those of the README', async () => {
  const { out } = await commandLine().run('--help');
  const [, codes = ''] = /\nExit codes:\n([^]*)$/.exec(out) ?? [];
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map(([, code, meaning]) => `${code} ${meaning}`);
  expect(codes.split('\n').map((line) => line.trim().replace(/ +/, ' '))).toEqual(rows);
});

test('help and version are commands too, also of a command and of a group', async () => {
  const { run } = commandLine();
  const version = await run('--version');
  expect([version.code, /^\d+\.\d+\.\d+$/.test(version.out)]).toEqual([0, true]);
  expect(await run('version')).toEqual(version);
  expect(await run('help')).toEqual(await run('--help'));
  expect(await run('help', 'token', 'create')).toEqual(await run('token', 'create', '--help'));
  const group = await run('help', 'token');
  expect(group).toEqual(await run('token', '--help'));
  expect(group).toMatchObject({ code: 0, err: '' });
  expect(group.out).toMatch(/^Usage: privet token [^]*\n {2}privet token revoke <id> +Ends a token/);
  expect(group.out).not.toContain('account create');
});

test('a group without a command shows what there is, and is wrong use', async () => {
  const { run } = commandLine();
  for (const group of ['account', 'token', 'instance', 'keys', 'privacy', 'exclusions']) {
    expect(await run(group)).toEqual({ code: 2, out: '', err: (await run(group, '--help')).out });
  }
});

test.each([
  [['--nope'], `Unknown option '--nope'; see "privet serve --help"`],
  [
    ['serve', '--with-parrot'],
    `Unknown option '--with-parrot' (Did you mean --with-parent?); see "privet serve --help"`,
  ],
  [
    ['serve', 'extra'],
    `Too many arguments for 'serve'. Expected 0 arguments but got 1: extra; see "privet serve --help"`,
  ],
  [['serve', '-x'], `Unknown option '-x'; see "privet serve --help"`],
  [['--force', 'restore', 'x'], `Unknown option '--force'; see "privet serve --help"`],
  [['albatross'], `Unknown command 'albatross'; see "privet --help"`],
  [['nope', '--help'], `Unknown command 'nope'; see "privet --help"`],
  [['help', 'nope'], `Unknown command 'nope'; see "privet --help"`],
  [['help', 'token', 'nope'], `Unknown command 'nope'; see "privet token --help"`],
  [['tokn', 'list'], `Unknown command 'tokn' (Did you mean token?); see "privet --help"`],
  [['token', 'nope', '--help-me'], `Unknown command 'nope'; see "privet token --help"`],
  [['token', 'create', '--label'], `Option '--label <text>' argument missing; see "privet token create --help"`],
  [['token', 'create', '--version'], `Unknown option '--version'; see "privet token create --help"`],
  [
    ['token', 'create', '--expires', 'soon'],
    `Option '--expires <time>' argument 'soon' is invalid. It must be a number of seconds, minutes, hours or days, such as 90m or 30d; see "privet token create --help"`,
  ],
  [['token', 'revoke'], `Missing required argument 'id'; see "privet token revoke --help"`],
])('%j is refused in one clear line', async (argv, line) => {
  expect(await commandLine().run(...argv)).toEqual({ code: 2, out: '', err: line });
});

test.each(['read,all', ' , ', ''])('--scopes %j is refused with those that there are', async (list) => {
  const names = 'read, write, pair, admin';
  const err = `Option '--scopes <list>' argument '${list}' is invalid. It must be a comma-separated list of ${names}; see "privet token create --help"`;
  expect(await commandLine().run('token', 'create', '--scopes', list)).toEqual({ code: 2, out: '', err });
});

test('the process ends with these exit codes, and a refused service starts nothing', async () => {
  const bad = commandLine({ PORT: 'http', LOG_LEVEL: 'loud', PRIVET_ACCOUNT_TOKEN: 'canary-short' });
  const refused = await bad.process('serve');
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toMatch(
    /^PORT must be .*"http"\nLOG_LEVEL must be one of .*"loud"\nPRIVET_ACCOUNT_TOKEN must have 32 to 512 characters, not 12$/,
  );
  expect(existsSync(bad.dataDir)).toBe(false);
  const cli = commandLine();
  expect((await cli.process('token', 'nope')).code).toBe(2);
  expect((await cli.process('token', 'list')).code).toBe(1);
  expect((await cli.process('help')).code).toBe(0);
});

test('bad variables are refused, all at once and by every command, in a line that names each', async () => {
  const bad = { PORT: 'http', PRIVET_RATE_LIMIT: 'many', PRIVET_ENCRYPTION_KEY: 'canary', PRIVET_METRICS_PORT: '-1' };
  const { dataDir, run } = commandLine(bad);
  const lines = [
    'PORT must be a whole number from 0 to 65535, not "http"',
    'PRIVET_RATE_LIMIT must be a whole number from 1 to 1000000, not "many"',
    'PRIVET_METRICS_PORT must be a whole number from 0 to 65535, not "-1"',
    'PRIVET_ENCRYPTION_KEY must be 32 bytes, as 64 hex digits or in base64',
  ];
  for (const argv of [[], ['serve'], ['account', 'create'], ['token', 'list'], ['backup', 'x.db']]) {
    expect(await run(...argv)).toEqual({ code: 2, out: '', err: lines.join('\n') });
  }
  expect(existsSync(dataDir)).toBe(false);
});

test('an unknown PRIVET_* is a warning', async () => {
  const { code, err } = await commandLine({ PRIVET_DATUM: 'x' }).run('account', 'create');
  expect([code, err]).toEqual([
    0,
    'Warning: PRIVET_DATUM is not a variable of this service and is ignored; did you mean PRIVET_DATA?',
  ]);
});
