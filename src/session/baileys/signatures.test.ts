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
