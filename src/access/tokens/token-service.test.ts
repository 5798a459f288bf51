import { expect, onTestFinished, test, vi } from 'vitest';
import { PrivetError } from '../../errors.ts';
import { everythingStored } from '../../storage/storage.fixture.ts';
import { createTokenService, type IssuedToken } from './token-service.ts';
import { START, withInstance } from './tokens.fixture.ts';

test('an instance token reaches its instance, without admin', async () => {
  const { tokens, authenticate, account, instance } = await withInstance();
  const { text, token } = await tokens.issueInstanceToken(instance.id);
  expect(text).toMatch(/^pvti_/);
  expect(token).not.toHaveProperty('hash');
  expect(await authenticate(text)).toEqual({
    tokenId: token.id,
    family: token.id,
    accountId: account.id,
    instanceId: instance.id,
    scopes: new Set(['read', 'write', 'pair']),
  });
});

test('another account’s token can be neither revoked nor rotated', async () => {
  const { storage, tokens, authenticate, account } = await withInstance();
  const other = await storage.accounts.create({ label: 'other' });
  const { text, token } = await tokens.issueAccountToken(account.id);
  expect(await tokens.revoke(other.id, token.id)).toBe(false);
  await expect(tokens.rotate(other.id, token.id, { overlapMs: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await authenticate(text)).toBeDefined();
});

test('rotating an instance’s token ends all its old ones after the overlap, and no others', async () => {
  const { tokens, authenticate, account, instance, pass } = await withInstance();
  const mine = await tokens.issueAccountToken(account.id);
  const old = [await tokens.issueInstanceToken(instance.id), await tokens.issueInstanceToken(instance.id)];
  const fresh = await tokens.rotateInstanceToken(instance.id, { overlapMs: 1000 });
  const working = async () =>
    Promise.all([mine, ...old, fresh].map(async ({ text }) => (await authenticate(text)) !== undefined));
  expect(await working()).toEqual([true, true, true, true]);
  pass(1000);
  expect(await working()).toEqual([true, false, false, true]);
  const last = await tokens.rotateInstanceToken(instance.id, { overlapMs: 0 });
  expect(await working()).toEqual([true, false, false, false]);
  expect(await authenticate(last.text)).toBeDefined();
});

test('rotating one token keeps its scopes, label and expiry', async () => {
  const { tokens, authenticate, account } = await withInstance();
  const order = { scopes: ['read'] as const, label: 'cron', expiresAt: START + 5000 };
  const old = await tokens.issueAccountToken(account.id, order);
  const fresh = await tokens.rotate(account.id, old.token.id, { overlapMs: 0 });
  expect(fresh.token).toMatchObject(order);
  expect([await authenticate(old.text), (await authenticate(fresh.text))?.scopes]).toEqual([
    undefined,
    new Set(['read']),
  ]);
});

test('a token that replaces another one is of its family, over any number of times', async () => {
  const { tokens, authenticate, account, instance } = await withInstance();
  const first = await tokens.issueAccountToken(account.id);
  const second = await tokens.rotate(account.id, first.token.id, { overlapMs: 1000 });
  const third = await tokens.rotate(account.id, second.token.id, { overlapMs: 0 });
  const families = async (...issued: IssuedToken[]) =>
    Promise.all(issued.map(async ({ text }) => (await authenticate(text))?.family));
  expect(await families(first, third)).toEqual([first.token.id, first.token.id]);

  const own = await tokens.issueInstanceToken(instance.id);
  const next = await tokens.rotateInstanceToken(instance.id, { overlapMs: 0 });
  const last = await tokens.rotateInstanceToken(instance.id, { overlapMs: 0 });
  expect(await families(last)).toEqual([own.token.id]);
  expect(await families(own, next)).toEqual([undefined, undefined]);
  expect(await families(await tokens.issueAccountToken(account.id))).not.toContain(first.token.id);
});

test('an order that makes no sense is refused', async () => {
  const { tokens, account, instance } = await withInstance();
  const attempts = [
    tokens.issueAccountToken(account.id, { scopes: [] }),
    tokens.issueAccountToken(account.id, { label: 'x'.repeat(101) }),
    tokens.issueAccountToken(account.id, { label: 'two\nlines' }),
    tokens.issueInstanceToken(instance.id, { label: '\u001b[2J' }),
    ...['\u202e', '\u200b', '\u{e0041}', '\u2028', '\u2029'].map((label) =>
      tokens.issueAccountToken(account.id, { label: `shop${label}` }),
    ),
    tokens.issueInstanceToken(instance.id, { expiresAt: START }),
    tokens.rotateInstanceToken(instance.id, { overlapMs: -1 }),
    tokens.rotateInstanceToken(instance.id, { overlapMs: Number.NaN }),
    tokens.rotateInstanceToken(instance.id, { overlapMs: 8 * 24 * 3600 * 1000 }),
  ];
  for (const attempt of await Promise.allSettled(attempts)) {
    expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'BAD_USER_INPUT' } });
  }
  expect(await tokens.list(account.id)).toEqual([]);
  await expect(tokens.issueInstanceToken('nobody')).rejects.toThrow(PrivetError);
});

test('no token is in what is stored, and none in the log', async () => {
  const { dataDir, tokens, account, instance, lines } = await withInstance();
  const given = 'given-canary-token-with-32-characters';
  await tokens.ensureFirstAccount(given);
  await tokens.ensureFirstAccount(`${given}-2`);
  const texts = [await tokens.issueAccountToken(account.id), await tokens.issueInstanceToken(instance.id)];
  const bytes = await everythingStored(dataDir);
  for (const text of [given, ...texts.map((issued) => issued.text.slice(18))]) {
    expect(bytes.includes(text)).toBe(false);
    expect(lines.join('')).not.toContain(text);
  }
});

test('where one of several can not be ended, those that were do not work any more, and it is told', async () => {
  const { storage, clock, instance } = await withInstance();
  const told: string[] = [];
  const tokens = createTokenService({ storage, clock, onEnd: async ({ tokenIds }) => void told.push(...tokenIds) });
  const both = [await tokens.issueInstanceToken(instance.id), await tokens.issueInstanceToken(instance.id)];
  const working = async () => {
    const found = await Promise.all(both.map(async ({ text }) => tokens.authenticate(text, clock.now())));
    return found.filter(Boolean).length;
  };
  expect(await working()).toBe(2);
  const { revoke } = storage.tokens;
  const fails = vi.spyOn(storage.tokens, 'revoke').mockRejectedValue(new Error('no database'));
  fails.mockImplementationOnce(revoke);
  onTestFinished(() => fails.mockRestore());
  await expect(tokens.rotateInstanceToken(instance.id, { overlapMs: 0 })).rejects.toThrow('no database');
  expect(told.toSorted()).toEqual(both.map(({ token }) => token.id).toSorted());
  expect(await working()).toBe(1);
});

test('what is under way has been told that a token ended before it is answered that it did', async () => {
  const { storage, clock, account, instance } = await withInstance();
  const told: string[] = [];
  const onEnd = async (): Promise<void> => {
    await storage.accounts.list();
    told.push('ended');
  };
  const tokens = createTokenService({ storage, clock, onEnd });
  const ways = [
    ({ token }: IssuedToken) => tokens.revoke(account.id, token.id),
    ({ token }: IssuedToken) => tokens.rotate(account.id, token.id, { overlapMs: 0 }),
    () => tokens.rotateInstanceToken(instance.id, { overlapMs: 0 }),
  ];
  for (const end of ways) {
    await end(await tokens.issueInstanceToken(instance.id));
    told.push('answered');
  }
  expect(told).toEqual(['ended', 'answered', 'ended', 'answered', 'ended', 'answered']);
});
