import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { PrivetError } from '../errors.ts';
import {
  addInstance,
  allowAgain,
  behindTheBack,
  bytes,
  everythingStored,
  refuseTo,
  SOON,
  temporaryFolder,
  temporaryStorage,
} from './storage.fixture.ts';
import type { TokenRecord } from './tokens.ts';

const token = (accountId: string, instanceId?: string): TokenRecord => ({
  id: randomBytes(6).toString('hex'),
  accountId,
  instanceId,
  hash: randomBytes(32),
  scopes: ['read', 'write'],
  label: 'l',
  createdAt: 1,
});

test('a taken name is a CONFLICT that names it; another account may take it', async () => {
  const storage = await temporaryStorage();
  const { accountId } = await addInstance(storage, 'shop');
  const again: unknown = await addInstance(storage, 'shop', accountId).catch((error: unknown) => error);
  expect(again).toBeInstanceOf(PrivetError);
  expect(again).toMatchObject({ code: 'CONFLICT', message: 'There is already an instance named "shop"' });
  await addInstance(storage, 'shop');
});

test('instances come in the order of their bytes, page by page', async () => {
  const storage = await temporaryStorage();
  const { accountId } = await addInstance(storage, 'b');
  for (const name of ['a', 'B', 'ä', 'A']) await addInstance(storage, name, accountId);
  await addInstance(storage, 'other account');
  const names = async (first: number, afterName?: string) =>
    (await storage.instances.list(accountId, { first, afterName })).map((instance) => instance.name);
  expect(await names(10)).toEqual(['A', 'B', 'a', 'b', 'ä']);
  expect(await names(2)).toEqual(['A', 'B']);
  expect(await names(2, 'B')).toEqual(['a', 'b']);
  expect(await names(2, 'ä')).toEqual([]);
});

test('instances are counted by account and by state, and those to be connected are found', async () => {
  const storage = await temporaryStorage();
  const { instances } = storage;
  const { id, accountId } = await addInstance(storage, 'wanted');
  const [paired, stopped] = [await addInstance(storage, 'a', accountId), await addInstance(storage, 'b', accountId)];
  await addInstance(storage, 'other account');
  for (const one of [id, paired.id]) await instances.update(one, { wanted: 'running' });
  await instances.update(stopped.id, { wanted: 'stopped', state: 'BANNED' });
  await storage.credentials.save(id, '{}');
  expect(await instances.count(accountId)).toBe(3);
  expect(await instances.countByState()).toEqual(new Map(Object.entries({ UNPAIRED: 3, BANNED: 1 })));
  expect(await instances.countByState([id, stopped.id])).toEqual(new Map(Object.entries({ UNPAIRED: 1, BANNED: 1 })));
  const toResume = async (afterName?: string) =>
    (await instances.toResume(accountId, { first: 5, afterName })).map(({ name }) => name);
  expect(await toResume()).toEqual(['wanted']);
  // It has begun to connect, and may have a login that can't be read.
  await instances.update(paired.id, { state: 'STOPPED' });
  expect([await toResume(), await toResume('a')]).toEqual([['a', 'wanted'], ['wanted']]);
});

test('an update changes what it names, and an instance that is gone is an error', async () => {
  const storage = await temporaryStorage();
  const { id, accountId } = await addInstance(storage, 'x');
  const reason = { code: 'lost', message: 'gone' };
  await storage.instances.update(id, { wanted: 'running', state: 'OPEN', stateSince: 7, reason, phoneNumber: '49151' });
  const expected = { wanted: 'running', state: 'OPEN', stateSince: 7, reason, phoneNumber: '49151', name: 'x' };
  expect(await storage.instances.get(id)).toMatchObject(expected);
  expect(await storage.instances.list(accountId, { first: 2 })).toMatchObject([expected]);
  await storage.instances.update(id, { reason: null, phoneNumber: null });
  const cleared = await storage.instances.find(accountId, 'x');
  expect([cleared?.reason, cleared?.phoneNumber, cleared?.state]).toEqual([undefined, undefined, 'OPEN']);
  for (const patch of [{ state: 'OPEN' }, { phoneNumber: '1' }]) {
    await expect(storage.instances.update('nobody', patch)).rejects.toMatchObject({ code: 'no_instance' });
  }
});

test('removing an instance takes its credentials, earlier ones, keys and tokens along, and no others', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const [gone, stays] = [await addInstance(storage, 'gone'), await addInstance(storage, 'stays')];
  for (const { id, accountId } of [gone, stays]) {
    await storage.credentials.save(id, 'earlier');
    await storage.credentials.archive(id, SOON);
    await storage.credentials.save(id, '{}');
    await storage.signalKeys.apply(id, [{ type: 't', id: '1', value: 'v' }]);
    await storage.tokens.insert(token(accountId, id));
  }
  expect(await storage.instances.remove(gone.id)).toBe(true);
  expect(await storage.instances.remove(gone.id)).toBe(false);
  for (const table of ['credentials', 'archives', 'signal_keys', 'tokens']) {
    expect(await behindTheBack(dataDir, `select instance_id from ${table}`)).toEqual([{ instance_id: stays.id }]);
  }
});

test('credentials: none is undefined, saved ones come back, an unknown instance is an error', async () => {
  const storage = await temporaryStorage();
  const { id } = await addInstance(storage, 'x');
  expect(await storage.credentials.load(id)).toBeUndefined();
  await storage.credentials.save(id, '{"a":1}');
  await storage.credentials.save(id, '{"a":2}');
  expect(await storage.credentials.load(id)).toBe('{"a":2}');
  await expect(storage.credentials.load('nobody')).rejects.toMatchObject({ code: 'no_instance' });
  await expect(storage.credentials.save('nobody', '{}')).rejects.toMatchObject({ code: 'no_instance' });
});

test('nothing sealed can be read in the database', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id } = await addInstance(storage, 'x');
  await storage.credentials.save(id, 'canary-credentials');
  await storage.signalKeys.apply(id, [{ type: 't', id: '1', value: 'canary-key' }]);
  await storage.instances.update(id, { phoneNumber: '4915123456789' });
  const stored = await everythingStored(dataDir);
  expect(stored.includes(id)).toBe(true);
  for (const secret of ['canary-credentials', 'canary-key', '4915123456789'])
    expect(stored.includes(secret)).toBe(false);
});

test('credentials swapped between instances, or damaged, are refused and never taken for absent', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const [a, b] = [await addInstance(storage, 'a'), await addInstance(storage, 'b')];
  await storage.credentials.save(a.id, 'a');
  await storage.credentials.save(b.id, 'b');
  await behindTheBack(
    dataDir,
    `update credentials set sealed = (select sealed from credentials where instance_id = '${a.id}')`,
  );
  expect(await storage.credentials.load(a.id)).toBe('a');
  await expect(storage.credentials.load(b.id)).rejects.toMatchObject({ name: 'SealError', code: 'refused' });
  await behindTheBack(dataDir, `update credentials set sealed = ${bytes('00')}`);
  await expect(storage.credentials.load(a.id)).rejects.toMatchObject({ name: 'SealError', code: 'malformed' });
});

test('the value of a signal key under another id or type is refused', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id } = await addInstance(storage, 'x');
  await storage.signalKeys.apply(id, [
    { type: 't', id: '1', value: 'one' },
    { type: 't', id: '2', value: 'two' },
    { type: 'u', id: '1', value: 'three' },
  ]);
  const twoOf = `(select sealed from signal_keys where type = 't' order by key_id limit 1)`;
  await behindTheBack(dataDir, `update signal_keys set sealed = ${twoOf}`);
  const read = await Promise.allSettled([
    storage.signalKeys.get(id, 't', ['1']),
    storage.signalKeys.get(id, 't', ['2']),
    storage.signalKeys.get(id, 'u', ['1']),
  ]);
  expect(read.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(storage.signalKeys.get(id, 'u', ['1'])).rejects.toMatchObject({ code: 'refused' });
});

test('the ids of signal keys, which may be phone numbers, are not in the database', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id } = await addInstance(storage, 'x');
  await storage.signalKeys.apply(id, [{ type: 'device-list', id: '4915112345678', value: '["0"]' }]);
  expect(await storage.signalKeys.get(id, 'device-list', ['4915112345678'])).toEqual(
    new Map([['4915112345678', '["0"]']]),
  );
  await storage[Symbol.asyncDispose]();
  expect((await everythingStored(dataDir)).includes('4915112345678')).toBe(false);
});

test('a phone number that does not open hides neither its instance nor the others', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const a = await addInstance(storage, 'a');
  const b = await addInstance(storage, 'b', a.accountId);
  for (const { id } of [a, b]) await storage.instances.update(id, { phoneNumber: '49151' });
  await behindTheBack(
    dataDir,
    `update instances set phone = (select phone from instances where id = '${a.id}') where id = '${b.id}'`,
  );
  const [first, second] = await storage.instances.list(a.accountId, { first: 2 });
  expect([first?.phoneNumber, first?.damaged]).toEqual(['49151', undefined]);
  expect([second?.phoneNumber, second?.damaged?.code]).toEqual([undefined, 'refused']);
});

test('a database that fails is an error, never "absent"', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id, accountId } = await addInstance(storage, 'x');
  await behindTheBack(
    dataDir,
    'alter table credentials rename to c; alter table signal_keys rename to s; alter table tokens rename to t',
  );
  const failed = { name: 'StorageError', code: 'failed' };
  await expect(storage.credentials.load(id)).rejects.toMatchObject(failed);
  await expect(storage.signalKeys.get(id, 't', ['1'])).rejects.toMatchObject(failed);
  await expect(storage.tokens.findById('x')).rejects.toMatchObject(failed);
  await expect(storage.tokens.listByAccount(accountId)).rejects.toMatchObject(failed);
});

test('signal keys: one change set is all or nothing', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id } = await addInstance(storage, 'x');
  await storage.signalKeys.apply(id, [{ type: 't', id: 'old', value: 'v' }]);
  await refuseTo(dataDir, 'delete', 'signal_keys');
  const changes = [
    { type: 't', id: 'new', value: 'v' },
    { type: 't', id: 'old', value: null },
  ];
  await expect(storage.signalKeys.apply(id, changes)).rejects.toMatchObject({
    name: 'StorageError',
    code: 'constraint',
  });
  expect(await storage.signalKeys.get(id, 't', ['old', 'new'])).toEqual(new Map([['old', 'v']]));
  await allowAgain(dataDir, 'signal_keys');
  await storage.signalKeys.apply(id, changes);
  expect(await storage.signalKeys.get(id, 't', ['old', 'new'])).toEqual(new Map([['new', 'v']]));
});

test('signal keys: thousands at once, the last change of a key counts, and an empty set is fine', async () => {
  const storage = await temporaryStorage();
  const { id } = await addInstance(storage, 'x');
  const ids = Array.from({ length: 2500 }, (_, i) => String(i));
  await storage.signalKeys.apply(id, [
    ...ids.map((key) => ({ type: 't', id: key, value: 'first' })),
    { type: 't', id: '1', value: null },
    { type: 't', id: '2', value: 'last' },
  ]);
  const found = await storage.signalKeys.get(id, 't', ids);
  expect([found.size, found.get('0'), found.get('1'), found.get('2')]).toEqual([2499, 'first', undefined, 'last']);
  await storage.signalKeys.apply(id, []);
  await storage.signalKeys.apply(
    id,
    ids.map((key) => ({ type: 't', id: key, value: null })),
  );
  expect((await storage.signalKeys.get(id, 't', ids)).size).toBe(0);
  expect((await storage.signalKeys.get(id, 't', [])).size).toBe(0);
});

test('tokens: found by id and hash, listed, touched, expired and revoked', async () => {
  const storage = await temporaryStorage();
  const { id: instanceId, accountId } = await addInstance(storage, 'x');
  const [account, instance] = [token(accountId), { ...token(accountId, instanceId), createdAt: 2, expiresAt: 50 }];
  await storage.tokens.insert(account);
  await storage.tokens.insert(instance);
  expect(await storage.tokens.findById(account.id)).toMatchObject({ ...account, hash: expect.anything() as unknown });
  expect((await storage.tokens.findByHash(instance.hash))?.id).toBe(instance.id);
  expect(await storage.tokens.findByHash(randomBytes(32))).toBeUndefined();
  expect((await storage.tokens.listByAccount(accountId)).map(({ id }) => id)).toEqual([account.id, instance.id]);
  expect((await storage.tokens.listByAccount(accountId, instanceId)).map(({ id }) => id)).toEqual([instance.id]);

  await storage.tokens.touch(account.id, 5);
  await storage.tokens.expire(account.id, 90);
  await storage.tokens.expire(instance.id, 90);
  expect([await storage.tokens.revoke(account.id, 6), await storage.tokens.revoke(account.id, 7)]).toEqual([
    true,
    false,
  ]);
  expect(await storage.tokens.findById(account.id)).toMatchObject({ lastUsedAt: 5, expiresAt: 90, revokedAt: 6 });
  expect(await storage.tokens.findById(instance.id)).toMatchObject({ expiresAt: 50 });
});
