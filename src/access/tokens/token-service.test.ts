import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import { temporaryFolder } from '../../storage/storage.fixture.ts';
import { openStorage } from '../../storage/storage.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTokenService, type IssuedToken } from './token-service.ts';
import { mintToken } from './tokens.ts';

const START = 1_800_000_000_000;

const setUp = async (dataDir = temporaryFolder()) => {
  let passed = 0;
  const clock: Clock = { ...systemClock, now: () => START + passed, monotonic: () => passed };
  const storage = await openStorage({ dataDir, clock });
  onTestFinished(() => storage[Symbol.asyncDispose]());
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const tokens = createTokenService({ storage, clock, logger });
  const authenticate = (text: string) => tokens.authenticate(text, clock.now());
  const pass = (ms: number) => void (passed += ms);
  return { dataDir, storage, tokens, clock, authenticate, pass, lines };
};

const withInstance = async () => {
  const context = await setUp();
  const account = await context.storage.accounts.create({ label: 'a' });
  const instance = await context.storage.instances.insert({
    accountId: account.id,
    name: 'shop',
    wanted: 'running',
    state: 'OPEN',
  });
  return { ...context, account, instance };
};

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
  await using elsewhere = await openStorage({ dataDir });
  await createTokenService({ storage: elsewhere }).revoke(account.id, two.token.id);
  pass(999);
  expect(await authenticate(two.text)).toBeUndefined();
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
  using database = new DatabaseSync(join(dataDir, 'privet.db'));
  database.exec(
    `create trigger broken before update of last_used_at on tokens begin select raise(abort, 'made to fail'); end`,
  );
  const triesAfter = async (ms: number): Promise<number> => {
    pass(ms);
    expect(await authenticate(text)).toBeDefined();
    // Behind whatever was begun before.
    await tokens.issueAccountToken(account.id);
    return lines.length;
  };
  expect(await triesAfter(0)).toBe(1);
  expect(await triesAfter(30_000)).toBe(1);
  expect(await triesAfter(29_000)).toBe(1);
  expect(await triesAfter(1_000)).toBe(2);
});

test('a database that does not answer is an error, not a wrong token', async () => {
  const { dataDir, tokens, authenticate, account, pass } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id);
  await authenticate(text);
  pass(1000);
  using database = new DatabaseSync(join(dataDir, 'privet.db'));
  database.exec('alter table tokens rename to elsewhere');
  await expect(authenticate(text)).rejects.toMatchObject({ name: 'StorageError' });
});

test('no token is in the files, and none in the log', async () => {
  const { dataDir, tokens, account, instance, lines } = await withInstance();
  const given = 'given-canary-token-with-32-characters';
  await tokens.ensureFirstAccount(given);
  await tokens.ensureFirstAccount(`${given}-2`);
  const texts = [await tokens.issueAccountToken(account.id), await tokens.issueInstanceToken(instance.id)];
  const bytes = Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));
  for (const text of [given, ...texts.map((issued) => issued.text.slice(18))]) {
    expect(bytes.includes(text)).toBe(false);
    expect(lines.join('')).not.toContain(text);
  }
});

test('authenticating is fast when it is repeated', async () => {
  const { tokens, authenticate, account } = await withInstance();
  const { text } = await tokens.issueAccountToken(account.id);
  const started = performance.now();
  for (let i = 0; i < 5000; i++) await authenticate(text);
  expect((performance.now() - started) / 5000).toBeLessThan(0.1);
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
