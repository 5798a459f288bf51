import { expect, test } from 'vitest';
import { Topic } from './nudges.ts';

const of = (id: string) => ({ id, accountId: 'account', name: id });

test('whoever takes nothing for a long time gets one nudge an instance, and nothing breaks', async () => {
  const topic = new Topic();
  using own = topic.subscribe('a');
  using all = topic.subscribe('account');
  for (let i = 0; i < 5_000; i += 1) for (const id of ['b', 'a']) topic.publish(of(id));
  const [ofOne, ofAll] = [own[Symbol.asyncIterator](), all[Symbol.asyncIterator]()];
  expect(await ofOne.next()).toMatchObject({ value: { id: 'a' } });
  expect([await ofAll.next(), await ofAll.next()]).toMatchObject([{ value: { id: 'b' } }, { value: { id: 'a' } }]);
  const waiting = [ofOne.next(), ofAll.next()];
  topic.publish(of('a'));
  expect(await Promise.all(waiting)).toMatchObject([{ value: { id: 'a' } }, { value: { id: 'a' } }]);
});

test('it ends when it is disposed, also while it is waited for', async () => {
  const topic = new Topic();
  const nudges = topic.subscribe('a');
  const waiting = nudges[Symbol.asyncIterator]().next();
  nudges[Symbol.dispose]();
  topic.publish(of('a'));
  expect(await waiting).toEqual({ done: true, value: undefined });
});
