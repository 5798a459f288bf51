import { GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import { documentCaches } from './document-caches.ts';

const LONG = 60_000;

test('documents that are kept are as few as they are long, with those that can not be parsed', () => {
  const { documentCache, errorCache } = documentCaches();
  for (let i = 0; i < 1_000; i += 1) {
    const text = `#${i}${'x'.repeat(LONG)}\n{ a }`;
    documentCache.set(text, parse(text));
    errorCache.set(text, new GraphQLError('No'));
  }
  expect(documentCache.size * LONG).toBeLessThan(8 * 2 ** 20);
  expect(errorCache.size * LONG).toBeLessThan(2 ** 20);
  expect([documentCache.size, errorCache.size]).not.toContain(0);
});
