import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokenService } from '../access/tokens/token-service.ts';
import { behindTheBack, bytes, temporaryFolder, temporaryStorage } from './storage.fixture.ts';
import { GIVEN_TOKEN_LABEL, type TokenRecord } from './tokens.ts';

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;

const opened = async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  let number = 0;
  const add = async (rest: Partial<TokenRecord> = {}): Promise<string> => {
    const id = `token${number++}`;
    const hash = randomBytes(32);
    await storage.tokens.insert({ id, accountId, hash, scopes: ['read'], label: '', createdAt: NOW, ...rest });
    return id;
  };
  const addInstance = async (name: string) =>
    (await storage.instances.insert({ accountId, name, wanted: 'stopped', state: 'UNPAIRED' })).id;
  const ids = async () => (await storage.tokens.listByAccount(accountId)).map(({ id }) => id).sort();
  /** At once, where one after the other takes a server long. */
  const addMany = async (
    count: number,
    of: (n: number) => Partial<Record<'expiresAt' | 'revokedAt' | 'instanceId', number | string>>,
  ): Promise<string[]> => {
    const added = Array.from({ length: count }, (_, n) => ({ id: `token${number++}`, ...of(n) }));
    const rows = added.map(({ id, expiresAt = 'null', revokedAt = 'null', instanceId }) => {
      const hash = bytes(randomBytes(32).toString('hex'));
      const instance = instanceId === undefined ? 'null' : `'${instanceId}'`;
      return `('${id}', '${accountId}', ${hash}, 'read', '', ${NOW}, ${expiresAt}, ${revokedAt}, ${instance}, '${id}')`;
    });
    const columns = 'id, account_id, hash, scopes, label, created_at, expires_at, revoked_at, instance_id, family';
    await behindTheBack(dataDir, `insert into tokens (${columns}) values ${rows.join(', ')}`);
    return added.map(({ id }) => id);
  };
  return { storage, accountId, add, addMany, addInstance, ids };
};

test('an account has 1,000 tokens that work at most; those that ended and those of instances do not count', async () => {
  const { storage, accountId, add, addMany, addInstance } = await opened();
  const first = await add();
  await add({ expiresAt: NOW - 1 });
  await addMany(990, () => ({ expiresAt: NOW + 5 }));
  for (let n = 991; n < 1000; n++) await add({ expiresAt: NOW + 5 });
  const full = {
    code: 'CONFLICT',
    message: 'The account has 1000 tokens that work, the most it can have: revoke some',
  };
  await expect(add()).rejects.toMatchObject(full);
  const instanceId = await addInstance('x');
  await add({ instanceId });
  await storage.tokens.revoke(first, NOW);
  await add();
  await expect(add()).rejects.toMatchObject(full);
  await add({ createdAt: NOW + 5 });

  const other = await storage.accounts.create({ label: 'other' });
  await add({ accountId: other.id });
  expect(await storage.tokens.listByAccount(accountId)).toHaveLength(1004);
});

test('an instance has 100 tokens that work at most, whatever others have', async () => {
  const { add, addInstance } = await opened();
  const [one, two] = [await addInstance('one'), await addInstance('two')];
  for (let n = 0; n < 100; n++) await add({ instanceId: one });
  await expect(add({ instanceId: one })).rejects.toThrow(/^The instance has 100 tokens that work/);
  await add({ instanceId: two });
  await add();
});

test('tokens that ended 30 days ago go when one is made, of this account alone', async () => {
  const { storage, add, ids } = await opened();
  const other = await storage.accounts.create({ label: 'other' });
  const [revoked, expired, stays, works] = [await add(), await add({ expiresAt: NOW }), await add(), await add()];
  await storage.tokens.revoke(revoked, NOW);
  await storage.tokens.revoke(stays, NOW + 1);
  const elsewhere = await add({ accountId: other.id, expiresAt: NOW });
  const last = await add({ createdAt: NOW + 30 * DAY - 1 });
  expect(await ids()).toEqual([revoked, expired, stays, works, last].sort());
  const made = await add({ createdAt: NOW + 30 * DAY });
  expect(await ids()).toEqual([stays, works, last, made].sort());
  expect(await storage.tokens.findById(elsewhere)).toBeDefined();
});

test('of very many that ended the latest thousand of each kind stay, and each new one takes some of the others along', async () => {
  const { storage, accountId, add, addMany, addInstance, ids } = await opened();
  const instanceId = await addInstance('x');
  const works = await add();
  const whose = (n: number) => (n % 2 === 0 ? {} : { instanceId });
  const revoked = await addMany(1_000, (n) => ({ ...whose(n), revokedAt: NOW - 2_000 + n }));
  for (let n = 1_000; n < 1_250; n++) {
    const id = await add(whose(n));
    await storage.tokens.revoke(id, NOW - 2_000 + n);
    revoked.push(id);
  }
  await addMany(1_000, (n) => ({ expiresAt: NOW - 5_000 + n }));
  for (let n = 1_000; n < 1_010; n++) await add({ expiresAt: NOW - 5_000 + n });
  const last = [await add({ createdAt: NOW + 1 }), await add({ createdAt: NOW + 1 })];
  const left = await ids();
  expect(left.filter((id) => revoked.includes(id))).toEqual(revoked.slice(-1_000).sort());
  expect(left).toHaveLength(1 + 1_000 + 1_000 + last.length);
  expect(left).toEqual(expect.arrayContaining([works, ...last]));
  expect(await storage.tokens.working(accountId, undefined, NOW + 1)).toHaveLength(3);
  expect(await storage.tokens.working(accountId, instanceId, NOW + 1)).toEqual([]);
});

test('pages of an account and of one instance hold each token once, also where many were made at the same time', async () => {
  const { storage, accountId, add, addInstance } = await opened();
  const [one, two] = [await addInstance('one'), await addInstance('two')];
  for (let n = 0; n < 30; n++) await add({ createdAt: NOW + (n % 3), instanceId: [undefined, one, two][n % 4] });
  for (const instanceId of [undefined, one, two]) {
    const all = await storage.tokens.listByAccount(accountId, instanceId);
    const paged: TokenRecord[] = [];
    for (;;) {
      const after = paged.at(-1);
      const page = await storage.tokens.page(accountId, { first: 4, after, instanceId });
      paged.push(...page);
      if (page.length < 4) break;
    }
    expect(paged).toEqual(all);
  }
  const other = await storage.accounts.create({ label: 'other' });
  expect(await storage.tokens.page(other.id, { first: 4, instanceId: one })).toEqual([]);
});

test('a revoked token that PRIVET_ACCOUNT_TOKEN still holds is never taken for a new one', async () => {
  const { storage, accountId, add } = await opened();
  const tokens = createTokenService({ storage });
  const { text, token } = await tokens.issueAccountToken(accountId, { label: 'first' });
  await tokens.ensureFirstAccount(text);
  expect((await storage.tokens.findById(token.id))?.label).toBe(GIVEN_TOKEN_LABEL);
  await tokens.revoke(accountId, token.id);
  await add({ createdAt: Date.now() + 40 * DAY });
  await tokens.ensureFirstAccount(text);
  expect(await tokens.authenticate(text, Date.now())).toBeUndefined();
});
