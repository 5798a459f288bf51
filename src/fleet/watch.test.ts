import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { watch } from './watch.ts';

test('watching gives the present value first, misses no change, and ends with its signal', async () => {
  const values = { now: 'a' as string | undefined };
  const nudged = new EventEmitter();
  async function* nudges(): AsyncGenerator<null> {
    const queue: null[] = [];
    let wake = (): void => undefined;
    nudged.on('nudge', () => (queue.push(null), wake()));
    while (true) {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      queue.shift();
      yield null;
    }
  }
  const aborted = new AbortController();
  const watching = watch(() => values.now, nudges(), aborted.signal);
  expect(await watching.next()).toEqual({ value: 'a', done: false });
  values.now = 'b';
  nudged.emit('nudge');
  nudged.emit('nudge');
  expect(await watching.next()).toEqual({ value: 'b', done: false });
  values.now = undefined;
  nudged.emit('nudge');
  expect(await watching.next()).toEqual({ value: undefined, done: true });
});
