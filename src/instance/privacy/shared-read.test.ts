import { expect, test } from 'vitest';
import { SharedRead } from './shared-read.ts';

test('those who come while a read is on its way share the next one, whatever comes of the first', async () => {
  const reads: ((answer: string | Promise<string>) => void)[] = [];
  const shared = new SharedRead(() => {
    const { promise, resolve } = Promise.withResolvers<string>();
    reads.push(resolve);
    return promise;
  });
  const first = shared.get();
  const second = [shared.get(), shared.get()];
  reads[0]?.(Promise.reject(new Error('broken')));
  await expect(first).rejects.toThrow('broken');
  await expect.poll(() => reads.length).toBe(2);
  reads[1]?.('second');
  expect(await Promise.all(second)).toEqual(['second', 'second']);

  const third = shared.get();
  const fourth = shared.get();
  reads[2]?.('third');
  expect(await third).toBe('third');
  await expect.poll(() => reads.length).toBe(4);
  reads[3]?.('fourth');
  expect(await fourth).toBe('fourth');
});
