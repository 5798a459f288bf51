import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SealError } from '../errors.ts';
import { type Place, Sealer } from './seal.ts';

const key = randomBytes(32);
const sealer = new Sealer(key);
const place: Place = { account: 'a', instance: 'i', type: 'credentials', id: '1' };

const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'opened';
};

test('what was sealed opens in its place', () => {
  expect(sealer.openText(place, sealer.sealText(place, 'héllo'))).toBe('héllo');
  expect(sealer.openText(place, sealer.sealText(place, ''))).toBe('');
});

test('the same value is sealed differently each time, and shows nothing of itself', () => {
  const [a, b] = [sealer.sealText(place, 'secret words'), sealer.sealText(place, 'secret words')];
  expect(Buffer.from(a).equals(b)).toBe(false);
  expect(Buffer.from(a).includes('secret')).toBe(false);
});

test.each(['account', 'instance', 'type', 'id'] as const)('a value of another %s is refused', (part) => {
  const sealed = sealer.sealText(place, 'x');
  expect(code(() => sealer.open({ ...place, [part]: 'other' }, sealed))).toBe('refused');
});

test('places that only read alike are not mixed up', () => {
  const sealed = sealer.sealText({ ...place, type: 'ab', id: 'c' }, 'x');
  expect(code(() => sealer.open({ ...place, type: 'a', id: 'bc' }, sealed))).toBe('refused');
});

test('another key is refused', () => {
  const sealed = sealer.sealText(place, 'x');
  expect(code(() => new Sealer(randomBytes(32)).open(place, sealed))).toBe('refused');
});

test('every flipped bit is refused', () => {
  const sealed = sealer.sealText(place, 'words');
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const damaged = Buffer.from(sealed);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(code(() => sealer.open(place, damaged))).toBe(bit < 8 ? 'malformed' : 'refused');
  }
});

test('every shorter value is refused', () => {
  const sealed = sealer.sealText(place, 'words');
  for (let length = 0; length < sealed.length; length++) {
    expect(code(() => sealer.open(place, sealed.subarray(0, length)))).not.toBe('opened');
  }
});

test('a key of another size is refused', () => {
  expect(code(() => new Sealer(randomBytes(16)))).toBe('malformed');
});
