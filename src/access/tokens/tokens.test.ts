import { createSecretKey, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { hashToken, mintToken, parseToken, sameHash } from './tokens.ts';

test.each([
  ['account', 'pvta'],
  ['instance', 'pvti'],
] as const)('an %s token has the form %s_<id>_<secret><checksum>', (kind, prefix) => {
  for (let i = 0; i < 200; i++) {
    const { id, text } = mintToken(kind);
    expect(text).toMatch(new RegExp(`^${prefix}_${id}_[0-9A-Za-z]{49}$`));
    expect(id).toMatch(/^[0-9A-Za-z]{12}$/);
    expect(parseToken(text)).toEqual({ kind, id });
  }
});

test('the checksum is the CRC-32 of what precedes it', () => {
  const { text } = mintToken('account');
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const value = text
    .slice(-6)
    .split('')
    .reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
  expect(value).toBe(crc32(text.slice(0, -6)));
});

test('no two tokens are alike', () => {
  const texts = Array.from({ length: 1000 }, () => mintToken('account'));
  expect(new Set(texts.map(({ text }) => text)).size).toBe(1000);
  expect(new Set(texts.map(({ id }) => id)).size).toBe(1000);
});

test('a token with any one character changed is not parsed', () => {
  const { text } = mintToken('instance');
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'x' ? 'y' : 'x';
    expect(parseToken(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
  }
});

test.each(['', 'pvta', 'pvta__', 'x'.repeat(67), `pvtx_${'a'.repeat(12)}_${'a'.repeat(49)}`])(
  '%j is not parsed',
  (text) => {
    expect(parseToken(text)).toBeUndefined();
    expect(parseToken(`${mintToken('account').text}\n`)).toBeUndefined();
  },
);

test('the hash depends on the key and the text', () => {
  const [key, other] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];
  expect(hashToken(key, 'a')).toEqual(hashToken(key, 'a'));
  expect(sameHash(hashToken(key, 'a'), hashToken(key, 'b'))).toBe(false);
  expect(sameHash(hashToken(key, 'a'), hashToken(other, 'a'))).toBe(false);
  expect(sameHash(hashToken(key, 'a'), Buffer.alloc(0))).toBe(false);
  expect(sameHash(hashToken(key, 'a'), hashToken(key, 'a'))).toBe(true);
});
