import { expect, test } from 'vitest';
import { Topic } from './nudges.ts';
import { latestValues } from './latest-values.ts';

test('watching gives the present value first, misses no change, and ends with its signal', async () => {
  const values = { now: 'a' as string | undefined };
  const topic = new Topic();
  const change = (value: string | undefined): void => {
    values.now = value;
    topic.publish({ id: 'x', accountId: 'account', name: 'x' });
  };
  const aborted = new AbortController();
  const watching = latestValues(
    () => values.now,
    () => topic.subscribe('x'),
    aborted.signal,
  );
  expect(await watching.next()).toEqual({ value: 'a', done: false });
  for (const value of ['b', 'c']) change(value);
  expect(await watching.next()).toEqual({ value: 'c', done: false });
  change('c');
  const next = watching.next();
  change('d');
  expect(await next).toEqual({ value: 'd', done: false });
  change(undefined);
  expect(await watching.next()).toEqual({ value: undefined, done: true });

  values.now = 'e';
  const another = latestValues(
    () => values.now,
    () => topic.subscribe('x'),
    aborted.signal,
  );
  expect(await another.next()).toEqual({ value: 'e', done: false });
  const last = another.next();
  aborted.abort();
  expect(await last).toEqual({ value: undefined, done: true });
});
