import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTokenService } from '../access/tokens/token-service.ts';
import { systemClock } from '../clock.ts';
import { databaseEnv, onPostgres } from '../../test/support/postgres.ts';
import { databaseOf, temporaryFolder } from '../storage/storage.fixture.ts';
import { acquireOwnership, openStorage } from '../storage/storage.ts';
import { runCli } from './cli.ts';

const TOKEN = /pvt[ai]_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/;

const runner = (dataDir = join(temporaryFolder(), 'data'), env: Record<string, string> = {}) => {
  const run = async (...argv: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCli(argv, {
      env: { PRIVET_DATA: dataDir, ...databaseEnv(dataDir), ...env },
      signal: new AbortController().signal,
      ppid: () => 1,
      say: (line) => void out.push(line),
      complain: (line) => void err.push(line),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const authenticate = async (text: string) => {
    await using storage = await openStorage(await databaseOf(dataDir));
    return await createTokenService({ storage }).authenticate(text, Date.now());
  };
  return { dataDir, run, authenticate };
};

const NO_DATABASE = onPostgres
  ? /^The database .* is not the service's: DATABASE_URL must name it/
  : /^There is no database .*privet\.db/;

const tokenIn = (text: string): string => TOKEN.exec(text)?.[0] ?? '';
const idOf = (token: string): string => token.split('_')[1] ?? '';

test.each([
  ['account', 'list'],
  ['token', 'create'],
  ['token', 'list'],
  ['token', 'rotate', 'x'],
  ['token', 'revoke', 'x'],
  ['instance', 'list'],
  ['instance', 'restore', 'x'],
  // What they say of Postgres is another matter.
  ...(onPostgres
    ? []
    : [
        ['backup', 'x.db'],
        ['keys', 'rotate'],
      ]),
])('%s %s makes no database where there is none', async (...argv) => {
  const { dataDir, run } = runner();
  const { code, out, err } = await run(...argv);
  expect([code, out, err]).toEqual([1, '', expect.stringMatching(NO_DATABASE)]);
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
    code: 2,
    out: '',
    err: 'label must not have control or format characters, such as line breaks or changes of direction; see "privet token create --help"',
  });
  {
    await using storage = await openStorage(await databaseOf(dataDir));
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

test.each(['READ', 'write,READ', 'Read Write', ' pair,\tADMIN ,read '])('scopes are understood as %j', async (list) => {
  const { run, authenticate } = runner();
  await run('account', 'create');
  const made = await run('token', 'create', '--scopes', list);
  expect(made).toMatchObject({ code: 0, err: '' });
  expect((await authenticate(made.out))?.scopes).toEqual(new Set(list.toLowerCase().match(/\w+/g)));
});

test('a token for an instance reaches it alone', async () => {
  const { dataDir, run, authenticate } = runner();
  const accountId = (await authenticate(tokenIn((await run('account', 'create')).out)))?.accountId ?? '';
  {
    await using storage = await openStorage(await databaseOf(dataDir));
    await storage.instances.insert({ accountId, name: 'shop', wanted: 'stopped', state: 'UNPAIRED' });
    const other = await storage.accounts.create({ label: 'other' });
    await storage.instances.insert({ accountId: other.id, name: 'far', wanted: 'stopped', state: 'UNPAIRED' });
  }
  const create = (instance: string) => run('token', 'create', '--account', accountId, '--instance', instance);
  const { out } = await create('shop');
  expect(out).toMatch(/^pvti_/);
  const principal = await authenticate(out);
  expect(principal).toMatchObject({ accountId, instanceId: expect.any(String) as unknown });
  const id = principal?.instanceId ?? '';
  for (const same of [id, `Instance:${id}`])
    expect((await authenticate((await create(same)).out))?.instanceId).toBe(id);
  const tokens = await run('token', 'list', '--account', accountId, '--instance', 'shop');
  expect(tokens.out.split('\n')).toHaveLength(4);
  const far = /^(\S+) +far /m.exec((await run('instance', 'list', '--account', 'other')).out)?.[1] ?? '';
  for (const none of ['nope', 'far', far]) {
    expect(await create(none)).toEqual({
      code: 1,
      out: '',
      err: `The account has no instance "${none}"; see "privet instance list"`,
    });
  }
});

test('with several accounts --account is needed, and another account’s token stays out of reach', async () => {
  const { dataDir, run, authenticate } = runner();
  await (await openStorage(await databaseOf(dataDir)))[Symbol.asyncDispose]();
  expect((await run('token', 'list')).err).toMatch(/^There is no account yet/);
  const [one, two] = [tokenIn((await run('account', 'create')).out), tokenIn((await run('account', 'create')).out)];
  expect(await run('token', 'list')).toEqual({
    code: 2,
    out: '',
    err: '--account is needed, since there are 2 ("privet account list" shows them); see "privet token list --help"',
  });
  for (const nobody of ['nobody', '']) {
    expect(await run('token', 'list', '--account', nobody)).toEqual({
      code: 1,
      out: '',
      err: `There is no account "${nobody}"; see "privet account list"`,
    });
  }
  const accountOfTwo = (await authenticate(two))?.accountId ?? '';
  expect((await run('token', 'list', '--account', accountOfTwo)).out).toContain(idOf(two));
  expect((await run('token', 'list', '--account', `Account:${accountOfTwo}`)).out).toContain(idOf(two));
  expect((await run('token', 'revoke', idOf(one), '--account', accountOfTwo)).code).toBe(1);
  expect(await authenticate(one)).toBeDefined();
});

test('--account takes a label too; one that several have is no choice', async () => {
  const { run } = runner();
  const account = async (label: string) => {
    const { out } = await run('account', 'create', '--label', label);
    return { id: /Account (\S+)/.exec(out)?.[1] ?? '', tokenId: idOf(tokenIn(out)) };
  };
  const [shop, one, two] = [await account('my shop'), await account('twice'), await account('twice')];
  const listed = await run('token', 'list', '--account', 'my shop');
  expect([listed.code, listed.out.split('\n').length]).toEqual([0, 2]);
  expect(listed.out).toContain(shop.tokenId);
  const several = await run('token', 'list', '--account', 'twice');
  expect(several).toMatchObject({ code: 2, out: '' });
  expect(several.err).toMatch(/^Several accounts have the label "twice": --account must be the id of one of them, /);
  expect([one, two].filter(({ id }) => several.err.includes(id))).toHaveLength(2);
  // An id is that account, whatever others are called.
  const impostor = await account(one.id);
  const byId = await run('token', 'list', '--account', one.id);
  expect([byId.out.includes(one.tokenId), byId.out.includes(impostor.tokenId)]).toEqual([true, false]);
});

test('the commands work beside a service that owns the folder', async () => {
  const { dataDir, run, authenticate } = runner();
  await using ownership = await acquireOwnership({ ...(await databaseOf(dataDir)), clock: systemClock });
  const { out } = await run('account', 'create');
  expect(await authenticate(tokenIn(out))).toBeDefined();
  expect(ownership.held).toBe(true);
});
