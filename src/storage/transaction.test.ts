import { expect, test } from 'vitest';
import { SOON, temporaryStorage } from './storage.fixture.ts';

test('what is written through a transaction is stored together, and its hooks run once it is', async () => {
  const storage = await temporaryStorage();
  const heard: string[] = [];
  const id = await storage.transaction(async (tx) => {
    tx.onCommit(() => heard.push('first'));
    tx.onCommit(() => heard.push('second'));
    const { id: accountId } = await tx.accounts.create({ label: 'shop' });
    const instance = await tx.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
    await tx.tokens.insert({ id: 't', accountId, hash: new Uint8Array(32), scopes: [], label: '', createdAt: 0 });
    await tx.credentials.save(instance.id, 'login');
    await tx.signalKeys.apply(instance.id, [{ type: 'session', id: '1', value: 'key' }]);
    await tx.credentials.archive(instance.id, SOON);
    await tx.credentials.restore(instance.id);
    expect(heard).toEqual([]);
    return instance.id;
  });
  expect(heard).toEqual(['first', 'second']);
  expect(await storage.credentials.load(id)).toBe('login');
  expect(await storage.tokens.findById('t')).toBeDefined();
});

test('where one thing fails nothing of it is stored, and no hook runs', async () => {
  const storage = await temporaryStorage();
  const failed = new Error('made to fail');
  const cut = storage.transaction(async (tx) => {
    tx.onCommit(() => expect.unreachable());
    const { id: accountId } = await tx.accounts.create({ label: 'shop' });
    const instance = await tx.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
    await tx.credentials.save(instance.id, 'login');
    await tx.instances.remove(instance.id);
    throw failed;
  });
  await expect(cut).rejects.toMatchObject({ cause: failed });
  expect(await storage.accounts.list()).toEqual([]);
});
