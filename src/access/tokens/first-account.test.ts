import { expect, test } from 'vitest';
import { temporaryFolder } from '../../storage/storage.fixture.ts';
import { setUp, START, withInstance } from './tokens.fixture.ts';
import { mintToken } from './tokens.ts';

test('the first start makes an account and a token with all scopes, once', async () => {
  const { storage, tokens, authenticate } = await setUp();
  const first = await tokens.ensureFirstAccount();
  const text = first?.text ?? '';
  await first?.shown();
  const [account] = await storage.accounts.list();
  expect(await authenticate(text)).toEqual({
    tokenId: text.split('_')[1],
    family: text.split('_')[1],
    accountId: account?.id,
    instanceId: undefined,
    scopes: new Set(['read', 'write', 'pair', 'admin']),
  });
  expect(await tokens.ensureFirstAccount()).toBeUndefined();
  expect(await storage.accounts.list()).toHaveLength(1);
});

test('a first start that was cut short after the account is finished by the next', async () => {
  const { storage, tokens, authenticate } = await setUp();
  const account = await storage.accounts.create({ label: 'default' });
  const first = await tokens.ensureFirstAccount();
  expect((await authenticate(first?.text ?? ''))?.accountId).toBe(account.id);
});

test('a first token that is not noted as shown has another one shown, until one is: all of them work', async () => {
  const { storage, tokens, authenticate } = await setUp();
  const made = [await tokens.ensureFirstAccount(), await tokens.ensureFirstAccount()];
  await made[1]?.shown();
  expect(await tokens.ensureFirstAccount()).toBeUndefined();
  const [account] = await storage.accounts.list();
  for (const first of made) expect((await authenticate(first?.text ?? ''))?.accountId).toBe(account?.id);
  expect((await tokens.list(account?.id ?? '')).map(({ label }) => label)).toEqual(['first', 'first']);
});

test('a label that the service goes by can’t be taken: a start would show another token of the account', async () => {
  const { tokens, account } = await withInstance();
  for (const label of ['PRIVET_ACCOUNT_TOKEN', 'first (not known to have been shown)']) {
    await expect(tokens.issueAccountToken(account.id, { label })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  }
  expect(await tokens.list(account.id)).toEqual([]);
});

test('a given token keeps its form, and is the same account’s at the next start', async () => {
  const dataDir = temporaryFolder();
  const given = 'correct horse battery staple 123';
  const first = await setUp(dataDir);
  expect(await first.tokens.ensureFirstAccount(given)).toBeUndefined();
  const principal = await first.authenticate(given);
  expect(principal?.scopes).toEqual(new Set(['read', 'write', 'pair', 'admin']));

  const second = await setUp(dataDir);
  expect(await second.tokens.ensureFirstAccount(given)).toBeUndefined();
  expect(await second.authenticate(given)).toEqual(principal);
  expect(await second.storage.accounts.list()).toHaveLength(1);
});

test('another given token joins the same account, and the earlier one is pointed out', async () => {
  const { storage, tokens, authenticate, lines } = await setUp();
  await tokens.ensureFirstAccount('a'.repeat(32));
  await tokens.ensureFirstAccount('b'.repeat(32));
  const [a, b] = [await authenticate('a'.repeat(32)), await authenticate('b'.repeat(32))];
  expect(a?.accountId).toBe(b?.accountId);
  expect(await storage.accounts.list()).toHaveLength(1);
  expect(lines).toEqual([expect.stringContaining(a?.tokenId ?? 'none')]);
});

test('a given token that was revoked stays revoked, with a warning', async () => {
  const { tokens, authenticate, lines } = await setUp();
  const given = 'c'.repeat(40);
  await tokens.ensureFirstAccount(given);
  const principal = await authenticate(given);
  expect(await tokens.revoke(principal?.accountId ?? '', principal?.tokenId ?? '')).toBe(true);
  expect(await tokens.ensureFirstAccount(given)).toBeUndefined();
  expect(await authenticate(given)).toBeUndefined();
  expect(lines).toEqual([expect.stringContaining('PRIVET_ACCOUNT_TOKEN holds a token that was revoked')]);
});

test('a given token that has expired is told to have expired', async () => {
  const { storage, tokens, authenticate, pass, lines } = await setUp();
  const given = 'c'.repeat(40);
  await tokens.ensureFirstAccount(given);
  await storage.tokens.expire((await authenticate(given))?.tokenId ?? '', START + 1000);
  pass(1000);
  await tokens.ensureFirstAccount(given);
  expect(lines).toEqual([expect.stringContaining('PRIVET_ACCOUNT_TOKEN holds a token that has expired')]);
});

test('a given token in our own form works, whatever its checksum', async () => {
  const { tokens, authenticate } = await setUp();
  const { text } = mintToken('account');
  const odd = `${text.slice(0, -1)}${text.endsWith('x') ? 'y' : 'x'}`;
  await tokens.ensureFirstAccount(text);
  await tokens.ensureFirstAccount(odd);
  expect([await authenticate(text), await authenticate(odd)]).not.toContain(undefined);
});

test('the label of the variable’s token is that token’s alone: it is never purged', async () => {
  const { tokens, storage } = await setUp();
  const given = 'x'.repeat(32);
  await tokens.ensureFirstAccount(given);
  const [account] = await storage.accounts.list();
  const accountId = account?.id ?? '';
  await expect(tokens.issueAccountToken(accountId, { label: 'PRIVET_ACCOUNT_TOKEN' })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
  });
  const [first] = await tokens.list(accountId);
  const rotated = await tokens.rotate(accountId, first?.id ?? '', { overlapMs: 0 });
  expect(rotated.token.label).toBe('');
});
