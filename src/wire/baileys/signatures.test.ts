import { Curve } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { checkSignatures } from './signatures.ts';

test('a signature counts for its key and its message alone', () => {
  checkSignatures();
  const [ours, theirs] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
  const message = Buffer.from('message');
  const signature = Curve.sign(ours.private, message);
  const other = Buffer.from(signature);
  other.writeUInt8(other.readUInt8(3) ^ 1, 3);
  expect(Curve.verify(ours.public, message, signature)).toBe(true);
  expect(Curve.verify(theirs.public, message, signature)).toBe(false);
  expect(Curve.verify(ours.public, Buffer.from('another'), signature)).toBe(false);
  expect(Curve.verify(ours.public, message, other)).toBe(false);
  expect(Curve.verify(ours.public, message, new Uint8Array(64))).toBe(false);
  expect(Curve.verify(ours.public, message, new Uint8Array(3))).toBe(false);
});

test('one that was right before is known again as a whole only', () => {
  checkSignatures();
  const keys = Array.from({ length: 65 }, () => Curve.generateKeyPair());
  const message = Buffer.from('message');
  const signed = keys.map((key) => ({ key, signature: Curve.sign(key.private, message) }));
  const judge = (): boolean[] => signed.map(({ key, signature }) => Curve.verify(key.public, message, signature));
  expect(judge()).toEqual(signed.map(() => true));
  const [first, last] = [signed.at(0), signed.at(-1)];
  if (!first || !last) throw new Error('no keys');
  expect(Curve.verify(first.key.public, Buffer.concat([message, message]), first.signature)).toBe(false);
  expect(Curve.verify(last.key.public, message, first.signature)).toBe(false);
  expect(judge()).toEqual(signed.map(() => true));
});
