import { expect, onTestFinished, test, vi } from 'vitest';
import { behindTheBack, databaseOf, refuseTo } from '../../storage/storage.fixture.ts';
import { openStorage } from '../../storage/storage.ts';
import { createTokenService } from './token-service.ts';
import { START, withInstance } from './tokens.fixture.ts';
import { mintToken } from './tokens.ts';

test('an unknown token is nobody’s: of no form, with a wrong secret, too short, too long', async () => {
  const { tokens, authenticate, account } = await withInstance();
  const { token } = await tokens.issueAccountToken(account.id);
  const other = mintToken('account').text;
  const samePlace = `pvta_${token.id}_${other.slice(-49)}`;
  for (const text of ['', 'x', 'x'.repeat(40), other, samePlace, 'x'.repeat(100_000)]) {
    expect(await authenticate(text)).toBeUndefined();
  }
});

test('a right id with a wrong secret and a right checksum is refused', async () => {
  const { storage, tokens, authenticate, account } = await withInstance();
  const forged = mintToken('account');
  const { token } = await tokens.issueAccountToken(account.id);
  const record = await storage.tokens.findById(token.id);
  await storage.tokens.insert({ ...token, id: forged.id, hash: Buffer.from(record?.hash ?? []).reverse() });
  expect(await authenticate(forged.text)).toBeUndefined();
});

test('an expired token stops working at its time, also where it was just used', async () => {
  const { tokens, authenticate, account, pass } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id, { expiresAt: START + 100 });
  pass(99);
  expect(await authenticate(text)).toBeDefined();
  pass(1);
  expect(await authenticate(text)).toBeUndefined();
});

test('a revocation takes effect at once here, and within 1 s when another process made it', async () => {
  const { dataDir, tokens, authenticate, account, pass } = await withInstance();
  const [one, two] = [await tokens.issueAccountToken(account.id), await tokens.issueAccountToken(account.id)];
  expect([await authenticate(one.text), await authenticate(two.text)]).not.toContain(undefined);
  expect(await tokens.revoke(account.id, one.token.id)).toBe(true);
  expect(await authenticate(one.text)).toBeUndefined();
  expect(await tokens.endedAmong([one.token.id, two.token.id, 'nobody'], START)).toEqual([one.token.id, 'nobody']);

  expect(await authenticate(two.text)).toBeDefined();
  await using elsewhere = await openStorage(await databaseOf(dataDir));
  await createTokenService({ storage: elsewhere }).revoke(account.id, two.token.id);
  pass(999);
  expect(await authenticate(two.text)).toBeUndefined();
});

test('what was being looked up when a token ended is looked up again', async () => {
  const { dataDir, storage, authenticate, account, tokens } = await withInstance();
  const { text, token } = await tokens.issueAccountToken(account.id);
  await using elsewhere = await openStorage(await databaseOf(dataDir));
  const { findById } = storage.tokens;
  const read = vi.spyOn(storage.tokens, 'findById').mockImplementationOnce(async (id) => {
    const found = await findById(id);
    await elsewhere.tokens.revoke(token.id, START);
    tokens.forget(account.id);
    return found;
  });
  onTestFinished(() => read.mockRestore());
  await authenticate(text);
  expect(await authenticate(text)).toBeUndefined();
});

test('the last use is noted, at most once a minute', async () => {
  const { tokens, authenticate, account, pass } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id);
  const lastUsed = async () => (await tokens.list(account.id))[0]?.lastUsedAt;
  expect(await lastUsed()).toBeUndefined();
  await authenticate(text);
  await expect.poll(lastUsed).toBe(START);
  pass(59_000);
  await authenticate(text);
  expect(await lastUsed()).toBe(START);
  pass(1000);
  await authenticate(text);
  await expect.poll(lastUsed).toBe(START + 60_000);
});

test('a last use that could not be noted locks nobody out, and is not tried again for a minute', async () => {
  const { dataDir, tokens, authenticate, account, pass, lines } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id);
  await refuseTo(dataDir, 'update', 'tokens');
  const expectTries = async (afterMs: number, tries: number): Promise<void> => {
    pass(afterMs);
    expect(await authenticate(text)).toBeDefined();
    // Behind whatever was begun before.
    await tokens.issueAccountToken(account.id);
    await expect.poll(() => lines.length).toBe(tries);
  };
  await expectTries(0, 1);
  await expectTries(30_000, 1);
  await expectTries(29_000, 1);
  await expectTries(1_000, 2);
});

test('a database that does not answer is an error, not a wrong token', async () => {
  const { dataDir, tokens, authenticate, account, pass } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id);
  await authenticate(text);
  pass(1000);
  await behindTheBack(dataDir, 'alter table tokens rename to elsewhere');
  await expect(authenticate(text)).rejects.toMatchObject({ name: 'StorageError' });
});

test('authenticating is fast when it is repeated', async () => {
  const { tokens, authenticate, account } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id);
  const started = performance.now();
  for (let i = 0; i < 5000; i++) await authenticate(text);
  expect((performance.now() - started) / 5000).toBeLessThan(0.1);
});
