import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { onPostgres } from '../../../test/support/postgres.ts';
import { sharedPrivet } from '../../../test/support/shared-privet.ts';
import { temporaryFolder } from '../../storage/storage.fixture.ts';
import { commandLine } from '../cli.fixture.ts';

const privet = await sharedPrivet();
const cli = commandLine({ PRIVET_DATA: privet.dataDir, PRIVET_URL: privet.url, PRIVET_TOKEN: privet.token });
const { phoneNumber } = await privet.link('shop');

const parse = (out: string): unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

/** The cells of a table, which no cell here divides by two spaces. */
const cells = (out: string): string[][] => out.split('\n').map((line) => line.split(/ {2,}/));

test('instances are made, listed, stopped, started, unlinked and deleted', async () => {
  const made = await cli.run('instance', 'create', 'kiosk');
  expect(made).toMatchObject({ code: 0, err: '' });
  const [{ instance, token }] = parse(made.out) as [{ instance: unknown; token: string }];
  expect(instance).toMatchObject({ name: 'kiosk', state: 'UNPAIRED' });
  expect(await cli.with({ PRIVET_TOKEN: token, PRIVET_URL: privet.url }).run('instance', 'list')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\{[^\n]*"name":"kiosk"[^\n]*\}$/) as unknown,
  });
  expect((await cli.run('instance', 'create', 'kiosk2', '--table')).out).toMatch(/^Instance kiosk2\nToken +\S{60,}$/);
  expect(await cli.run('instance', 'create', 'kiosk')).toMatchObject({ code: 1, out: '' });
  expect(await cli.run('instance', 'create', 'a b')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/; see "privet instance create --help"$/) as unknown,
  });

  const listed = await cli.run('instance', 'list');
  expect(parse(listed.out)).toMatchObject([{ name: 'kiosk' }, { name: 'kiosk2' }, { name: 'shop', phoneNumber }]);
  const [head, , , shop] = cells((await cli.run('instance', 'list', '--table')).out);
  expect(head).toEqual(['NAME', 'STATE', 'SINCE', 'NUMBER', 'WHY', ...(onPostgres ? ['NODE'] : [])]);
  expect(shop).toEqual([
    'shop',
    'OPEN',
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    `+${phoneNumber}`,
    '-',
    ...(onPostgres ? [expect.any(String)] : []),
  ]);

  expect(parse((await cli.run('instance', 'stop', 'shop')).out)).toMatchObject([{ name: 'shop', state: 'STOPPED' }]);
  expect(await cli.run('privacy', 'get', 'shop')).toEqual({
    code: 4,
    out: '',
    err: 'Instance is not connected to WhatsApp: STOPPED; Stopped',
  });
  expect((await cli.run('instance', 'start', 'shop')).code).toBe(0);
  await privet.waitForState('shop', 'OPEN');
  await privet.link('gone');
  expect(parse((await cli.run('instance', 'unlink', 'gone')).out)).toMatchObject([
    { name: 'gone', state: 'LOGGED_OUT' },
  ]);

  const unasked = 'Without a terminal to ask at, --yes is needed; see "privet instance delete --help"';
  expect(await cli.run('instance', 'delete', 'gone')).toEqual({ code: 2, out: '', err: unasked });
  for (const name of ['gone', 'kiosk', 'kiosk2']) {
    expect(await cli.run('instance', 'delete', name, '--yes')).toEqual({ code: 0, out: `{"name":"${name}"}`, err: '' });
  }
  expect(await cli.run('instance', 'delete', 'gone', '--yes')).toMatchObject({ code: 1, out: '' });
});

test('without a token, or for an account of the data folder, "instance list" is about what is stored there', async () => {
  const stored = /^ID +NAME +WANTED +LINKED +CREATED +RESTORABLE UNTIL(?: +NODE)?\n\S+ +shop +running +yes /;
  const withoutToken = commandLine({ PRIVET_DATA: privet.dataDir, PRIVET_URL: privet.url });
  expect((await withoutToken.run('instance', 'list')).out).toMatch(stored);
  expect(parse((await withoutToken.run('instance', 'list', '--json')).out)).toMatchObject([
    { name: 'shop', wanted: 'running', linked: 'yes', restorableUntil: null },
  ]);
  const [, id = ''] = (await cli.run('account', 'list')).out.split('\n');
  expect((await cli.run('instance', 'list', '--account', id.split(' ')[0] ?? '')).out).toMatch(stored);
  expect(await withoutToken.run('instance', 'list', '--url', privet.url)).toEqual({
    code: 2,
    out: '',
    err: 'A token is needed: set PRIVET_TOKEN, or give --token-file; see "privet instance list --help"',
  });
});

test('settings are read, planned and set, each field with its outcome', async () => {
  const read = await cli.run('privacy', 'get', 'shop');
  expect(read).toMatchObject({ code: 0, err: '' });
  expect(parse(read.out)).toMatchObject([{ visibility: { lastSeen: 'ALL' }, privacy: { defaultDisappearing: 'OFF' } }]);
  const shown = cells((await cli.run('privacy', 'get', 'shop', '--table')).out);
  expect(shown).toEqual(
    expect.arrayContaining([
      ['FIELD', 'VALUE'],
      ['last-seen', 'all'],
      ['pix', '-'],
      ['stickers', 'contacts'],
    ]),
  );

  const changes = ['lastSeen=NONE', 'online=all', 'group-add=contact-blacklist', 'default-disappearing=days-7'];
  const plan = await cli.run('privacy', 'plan', 'shop', ...changes, '--table');
  expect(cells(plan.out).slice(0, 4)).toEqual([
    ['FIELD', 'FROM', 'TO'],
    ['last-seen', 'all', 'none'],
    ['group-add', 'all', 'contact-blacklist'],
    ['default-disappearing', 'off', 'days-7'],
  ]);
  expect(plan).toMatchObject({
    code: 0,
    out: expect.stringMatching(/\nIt would send \d stanzas to WhatsApp$/) as unknown,
  });
  expect(plan.err).toMatch(/^Warning: group-add: /m);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ last: 'all' });

  const set = await cli.run('privacy', 'set', 'shop', ...changes, '--table');
  expect(cells(set.out)).toEqual([
    ['FIELD', 'WANTED', 'BEFORE', 'NOW', 'RESULT', 'WHY'],
    ['last-seen', 'none', 'all', 'none', 'applied', '-'],
    ['online', 'all', 'all', 'all', 'already-set', '-'],
    ['group-add', 'contact-blacklist', 'all', 'contact-blacklist', 'applied', '-'],
    ['default-disappearing', 'days-7', 'off', 'days-7', 'applied', '-'],
  ]);
  expect(set.code).toBe(0);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ last: 'none', groupadd: 'contact_blacklist' });

  const { observedAt } = (parse((await cli.run('privacy', 'get', 'shop')).out) as [{ observedAt: string }])[0];
  privet.simulator.setPrivacy(phoneNumber, 'profile', 'contacts');
  const seen = ['privacy', 'set', 'shop', 'status=none', '--if-observed-at', observedAt];
  await expect.poll(() => cli.run(...seen)).toMatchObject({ code: 1, out: '' });
});

test('a field that fails is named with what holds instead, and makes the exit code 3', async () => {
  const match = { xmlns: 'privacy', type: 'set', category: 'status' };
  privet.simulator.addFault({ phoneNumber, match, do: 'error', code: 406 });
  const failed = await cli.run('privacy', 'set', 'shop', 'status=none', 'read-receipts=none', '--table');
  expect(failed).toMatchObject({ code: 3, err: expect.stringMatching(/^1 of 2 fields do not hold$/m) as unknown });
  expect(cells(failed.out).slice(1)).toEqual([
    ['status', 'none', 'all', 'all', 'rejected', expect.stringContaining('406')],
    ['read-receipts', 'none', 'all', 'none', 'applied', '-'],
  ]);
  const back = await cli.run('privacy', 'set', 'shop', 'status=none', 'read-receipts=all', '--on-failure', 'rollback');
  expect(back.code).toBe(3);
  const [{ outcomes }] = parse(back.out) as [{ outcomes: unknown[] }];
  expect(outcomes).toMatchObject([{ result: 'FAILED' }, { result: 'FAILED' }]);
});

test.each([
  [['last-seen'], '"last-seen" must be <field>=<value>, such as last-seen=all'],
  [['=none'], '"=none" must be <field>=<value>, such as last-seen=all'],
  [['seen=none'], 'There is no field "seen": it must be one of last-seen, status, profile, online, '],
  [['lastSeen=nobody'], 'last-seen must be one of all, contacts, contact-blacklist, none, not "nobody"'],
  [['last-seen=none', 'LAST_SEEN=all'], 'last-seen is there twice'],
  [
    ['last-seen=none', '--on-failure', 'panic'],
    "argument 'panic' is invalid. It must be one of continue, rollback, stop",
  ],
  [['last-seen=none', '--if-observed-at', 'noon'], 'ifObservedAt'],
  [[], "Missing required argument 'field=value'"],
])('privacy set shop %j is wrong use that names what is accepted', async (words, line) => {
  const { code, out, err } = await cli.run('privacy', 'set', 'shop', ...words);
  expect([code, out, err]).toEqual([2, '', expect.stringContaining(line)]);
  expect(err).toMatch(/; see "privet privacy set --help"$/);
});

test('a number to link without its country code is wrong use, and makes no instance', async () => {
  const { code, out, err } = await cli.run('pair', 'unmade', '--create', '--phone', '11 91234-5678');
  expect([code, out, err]).toEqual([
    2,
    '',
    expect.stringMatching(/must begin with \+ and the country code/) as unknown,
  ]);
  expect((await cli.run('instance', 'list')).out).not.toContain('unmade');
});

test('a token comes from the environment, an option or a file; a refused one is exit code 5, and shown nowhere', async () => {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, `${privet.token}\n`);
  const bare = commandLine({ PRIVET_DATA: privet.dataDir });
  const list = (...more: string[]) => bare.run('privacy', 'get', 'shop', '--url', `${privet.url}/`, ...more);
  expect((await list('--token-file', file)).code).toBe(0);
  expect((await list('--token', privet.token)).code).toBe(0);
  expect(await list('--token', 'canary-0f3e')).toEqual({
    code: 5,
    out: '',
    err: 'The service refuses this token: it was revoked, has expired or was mistyped',
  });
  expect((await list('--token-file', join(file, 'nope'))).err).toMatch(/^--token-file .* can not be read \(ENOTDIR\)/);
  for (const wrong of ['canary\n0f3e', 'canärý']) {
    expect(await list('--token', wrong)).toEqual({
      code: 2,
      out: '',
      err: 'The token must be printable ASCII, in one line; see "privet privacy get --help"',
    });
  }
  const [, details] = await Promise.all([
    list(),
    privet.graphql<{ createToken: { token: string } }>(
      'mutation { createToken(input: { instance: "shop", scopes: [READ] }) { token } }',
    ),
  ]);
  const reader = cli.with({ PRIVET_URL: privet.url, PRIVET_TOKEN: details.data?.createToken.token ?? '' });
  expect((await reader.run('privacy', 'get', 'shop')).code).toBe(0);
  expect((await reader.run('privacy', 'set', 'shop', 'last-seen=all')).code).toBe(5);
});

test('the address must be one of a service; a password in it is refused and not repeated', async () => {
  const get = (url: string) => cli.run('privacy', 'get', 'shop', '--url', url);
  for (const url of ['nonsense', 'ftp://canary', 'http://a:canary@b']) {
    const { code, out, err } = await get(url);
    expect([code, out, err]).toEqual([2, '', expect.not.stringContaining('canary')]);
  }
  expect((await cli.with({ PRIVET_URL: 'x', PRIVET_TOKEN: 'x' }).run('privacy', 'get', 'x')).err).toMatch(
    /^PRIVET_URL must/,
  );
  // All addresses of this machine, of which one is enough.
  expect(await get(`http://0.0.0.0:${new URL(privet.url).port}`)).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^Warning: the token goes to http:.* unencrypted: use https/) as unknown,
  });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const nobody = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await once(server.close(), 'close');
  // Nothing was sent, so nothing may have been done.
  expect(await cli.run('privacy', 'set', 'shop', 'online=all', '--url', nobody)).toEqual({
    code: 6,
    out: '',
    err: `${nobody} was not reached (ECONNREFUSED)`,
  });
});

/** A server that gives this answer to everything. */
const answering = async (status: number, body: string, headers = {}): Promise<string> => {
  const server = createServer((_, response) => void response.writeHead(status, headers).end(body)).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test.each([
  [502, '<html>', {}, 6, 'gave no answer of Privet’s (HTTP 502)'],
  [404, '{"message":"no"}', {}, 1, 'gave no answer of Privet’s (HTTP 404)'],
  [301, '', { location: 'https://elsewhere.example/graphql' }, 1, 'leads to https://elsewhere.example/graphql'],
  [
    429,
    '{"errors":[{"message":"Slow","extensions":{"code":"RATE_LIMITED","retryAfterMs":1200}}]}',
    {},
    6,
    'Slow (again in 2 s)',
  ],
  [200, '{"data":{"privacy":null},"errors":[{"message":"\\u001b[2J","extensions":{}}]}', {}, 1, '\\u001b[2J'],
])('an answer of HTTP %i with %s is told for what it is', async (status, body, headers, exitCode, line) => {
  const { code, out, err } = await cli.run('privacy', 'get', 'shop', '--url', await answering(status, body, headers));
  expect([code, out, err]).toEqual([exitCode, '', expect.stringContaining(line)]);
});

test('what a name does to a terminal is shown, not done, and JSON of it reads back', async () => {
  const name = 'a\u001b[2J\u009b\u202e\u{e0041}';
  const instance = { name, state: 'OPEN', since: '2030-01-01T00:00:00Z', phoneNumber: null, reason: null };
  const page = { nodes: [instance], pageInfo: { hasNextPage: false, endCursor: null } };
  const url = await answering(200, JSON.stringify({ data: { instances: page } }));
  const { out } = await cli.run('instance', 'list', '--url', url, '--table');
  expect(out).toContain('\na\\u001b[2J\\u009b\\u202e\\u{e0041}  OPEN');
  const json = (await cli.run('instance', 'list', '--url', url, '--json')).out;
  expect([parse(json), /\p{Cc}|\p{Cf}/u.test(json)]).toEqual([[instance], false]);
});

test('contacts are left out, blocked and listed, each with its outcome', async () => {
  const [first, second] = ['4915123456711', '4915123456722'];
  const nobody = '+4915123456733';
  privet.simulator.createContacts([first, second]);
  const exclusions = (...argv: string[]) => cli.run('exclusions', ...argv);
  expect((await exclusions('list', 'shop', 'profile', '--table')).out).toMatch(
    /profile is not set to contact-blacklist/,
  );

  const added = await exclusions('add', 'shop', 'profile', `+${first}`, '+49 151 23456722', nobody, '--table');
  expect(cells(added.out)).toEqual([
    ['CONTACT', 'RESULT', 'WHY'],
    [`+${first}`, 'added', '-'],
    ['+49 151 23456722', 'added', '-'],
    [nobody, 'not-on-whatsapp', expect.any(String)],
  ]);
  expect(added).toMatchObject({ code: 3, err: 'It does not hold for 1 of 3 contacts' });
  expect(await exclusions('remove', 'shop', 'PROFILE', `+${second}`)).toMatchObject({ code: 0, err: '' });
  const list = await exclusions('list', 'shop', 'profile');
  expect(parse(list.out)).toMatchObject([{ field: 'PROFILE', active: true, contacts: [{ phoneNumber: first }] }]);
  expect(privet.simulator.account(phoneNumber).exclusions['profile']?.members).toEqual([first]);
  const shown = cells((await exclusions('list', 'shop', 'profile', '--table')).out);
  expect(shown.slice(0, 2)).toEqual([
    ['NUMBER', 'LID'],
    [`+${first}`, expect.stringMatching(/^\d+@lid$/)],
  ]);
  expect(await exclusions('list', 'shop', 'online')).toMatchObject({
    code: 2,
    err: expect.stringContaining('It must be one of group-add, last-seen, profile, status') as unknown,
  });

  expect((await cli.run('block', 'shop', `+${first}`, nobody)).code).toBe(3);
  expect((await cli.run('block', 'shop', '12345')).err).toContain('like +49 151 23456789;');
  expect(parse((await cli.run('blocked', 'shop')).out)).toMatchObject([{ contacts: [{ phoneNumber: first }] }]);
  expect((await cli.run('blocked', 'shop', '--table')).out).toMatch(new RegExp(`^NUMBER +LID\n\\+${first} `));
  expect(privet.simulator.account(phoneNumber).blocklist).toEqual([first]);
  expect((await cli.run('unblock', 'shop', `+${first}`)).code).toBe(0);
  expect(privet.simulator.account(phoneNumber).blocklist).toEqual([]);
});

test('a change that is sent again with the same key is answered like the first', async () => {
  const set = (...changes: string[]) => cli.run('privacy', 'set', 'shop', ...changes, '--idempotency-key', 'once-1');
  const first = await set('messages=contacts');
  privet.simulator.setPrivacy(phoneNumber, 'messages', 'all');
  expect(await set('messages=contacts')).toEqual(first);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ messages: 'all' });
  expect((await set('messages=all')).code).toBe(2);
});

test.each([
  [['privacy', 'get', 'shop'], /^The connection to http:\S+ was lost \(UND_ERR_SOCKET\)$/],
  [['privacy', 'set', 'shop', 'online=all'], /was lost \(UND_ERR_SOCKET\): what was asked for may have been done$/],
])('%j whose answer is lost says what is not known', async (argv, line) => {
  const server = createServer(({ socket }) => void socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await cli.run(...argv, '--url', url)).toEqual({
    code: 6,
    out: '',
    err: expect.stringMatching(line) as unknown,
  });
});
