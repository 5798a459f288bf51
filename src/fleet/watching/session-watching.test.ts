import { expect, test } from 'vitest';
import { call, opened, signal } from '../fleet.fixture.ts';

const COUNT = 250;
const nameOf = (n: number): string => `i${String(n).padStart(3, '0')}`;

test('a stream of all instances has each once, as it is when it is told, however long its beginning takes', async () => {
  const { fleet, storage, reach } = await opened(() => ({}));
  const { lifecycle, watching } = fleet;
  const insert = (name: string) => storage.instances.insert({ ...reach, name, wanted: 'running', state: 'UNPAIRED' });
  for (let n = 0; n < COUNT; n += 1) await insert(nameOf(n));
  const changes = watching.watchInstances(reach, signal)[Symbol.asyncIterator]();
  const told: string[] = [];
  const next = async () => {
    const { value } = await changes.next();
    told.push(value?.value ? `${value.value.name} ${value.value.state}` : (value?.deletedId ?? 'all'));
    return value;
  };
  const first = await next();
  // One that was sent, others of the page that was read and of one that was not, and new ones at all these places.
  await lifecycle.delete(reach, nameOf(0), call);
  await lifecycle.delete(reach, nameOf(1), call);
  await lifecycle.delete(reach, nameOf(200), call);
  await lifecycle.stop(reach, nameOf(2), call);
  await lifecycle.stop(reach, nameOf(201), call);
  for (const name of ['i003-made', 'i202-made', 'i0-made', 'a-made']) await lifecycle.create(reach, name);
  await lifecycle.delete(reach, 'i202-made', call);
  while (told.at(-1) !== 'all') await next();
  const expected = Array.from({ length: COUNT }, (_, n) => n)
    .filter((n) => ![1, 200].includes(n))
    .map((n) => `${nameOf(n)} UNPAIRED`);
  const atOnce = told.slice(0, -1);
  expect(atOnce.filter((line) => !line.includes('made'))).toEqual(expected);
  while (told.filter((line) => line.includes('made')).length < 3) await next();
  await lifecycle.create(reach, 'last');
  while (told.at(-1) !== 'last UNPAIRED') await next();
  expect(told.toSorted()).toEqual(
    [...expected, 'a-made UNPAIRED', 'i0-made UNPAIRED', 'i003-made UNPAIRED', 'last UNPAIRED', 'all', first?.value?.id]
      .map(String)
      .toSorted(),
  );
});

test('an instance token is told of its own alone, and of what is gone by its id', async () => {
  const { fleet, reach } = await opened(() => ({}));
  const { lifecycle, watching, directory } = fleet;
  const own = await lifecycle.create(reach, 'own');
  await lifecycle.create(reach, 'another');
  const narrow = { ...reach, instanceId: own.id };
  expect([await directory.count(reach), await directory.count(narrow)]).toEqual([2, 1]);
  expect((await directory.list(narrow, { first: 5 })).instances).toMatchObject([{ name: 'own' }]);
  expect((await directory.list(narrow, { first: 5, after: 'own' })).instances).toEqual([]);
  const changes = watching.watchInstances(narrow, signal)[Symbol.asyncIterator]();
  const next = async () => (await changes.next()).value;
  expect([await next(), await next()]).toMatchObject([{ value: { name: 'own' } }, { caughtUp: true }]);
  await lifecycle.delete(reach, 'another', call);
  await lifecycle.delete(reach, 'own', call);
  expect(await next()).toEqual({ deletedId: own.id, caughtUp: true });
  expect([await directory.find(reach, 'own'), await directory.get(narrow, own.id)]).toEqual([undefined, undefined]);
});
