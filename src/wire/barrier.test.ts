import { describe, expect, test } from 'vitest';
import { drain } from '../../test/support/virtual-clock.ts';
import { WriteBarrier } from './barrier.ts';

describe('the write barrier', () => {
  test('frames leave at once where nothing is being committed', () => {
    const barrier = new WriteBarrier(() => undefined);
    const sent: number[] = [];
    barrier.pass(() => sent.push(1));
    expect(sent).toEqual([1]);
  });

  test('a frame waits for the commits begun before it, and the order stays', async () => {
    const barrier = new WriteBarrier(() => undefined);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const sent: number[] = [];
    barrier.hold(first.promise);
    barrier.pass(() => sent.push(1));
    barrier.hold(second.promise);
    barrier.pass(() => sent.push(2));
    second.resolve();
    await drain();
    expect(sent).toEqual([]);
    first.resolve();
    await drain();
    expect(sent).toEqual([1, 2]);
    barrier.pass(() => sent.push(3));
    expect(sent).toEqual([1, 2, 3]);
  });

  test('a commit that fails lets nothing through any more, and is told once', async () => {
    const failures: unknown[] = [];
    const barrier = new WriteBarrier((error) => failures.push(error));
    const sent: number[] = [];
    barrier.hold(Promise.reject(new Error('disk full')));
    barrier.pass(() => sent.push(1));
    barrier.hold(Promise.reject(new Error('disk full')));
    await drain();
    barrier.pass(() => sent.push(2));
    expect(sent).toEqual([]);
    expect(failures).toHaveLength(1);
  });
});
