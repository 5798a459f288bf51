import { Curve, proto } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { issueServerIdentity } from './certificate.ts';
import { verifySignature } from './signature.ts';

test('verifies what Baileys signs, and nothing else', () => {
  const message = Buffer.from('a message');
  for (let round = 0; round < 8; round += 1) {
    const key = Curve.generateKeyPair();
    const signature = Buffer.from(Curve.sign(key.private, message));
    const altered = Buffer.from(signature);
    altered.writeUInt8(altered.readUInt8(5) ^ 1, 5);
    expect(verifySignature(key.public, message, signature)).toBe(true);
    expect(verifySignature(key.public, message, altered)).toBe(false);
    expect(verifySignature(key.public, Buffer.from('another'), signature)).toBe(false);
    expect(verifySignature(Curve.generateKeyPair().public, message, signature)).toBe(false);
  }
});

test('the certificate chain leads from the static key to the root', () => {
  const { chain, rootKey, rootSerial, staticKey } = issueServerIdentity(7);
  const { leaf, intermediate } = proto.CertChain.decode(chain);
  if (!leaf?.details || !leaf.signature || !intermediate?.details || !intermediate.signature)
    throw new Error('incomplete');
  const { Details } = proto.CertChain.NoiseCertificate;
  const issuer = Details.decode(intermediate.details);
  const subject = Details.decode(leaf.details);
  expect(verifySignature(rootKey, intermediate.details, intermediate.signature)).toBe(true);
  expect(verifySignature(issuer.key ?? rootKey, leaf.details, leaf.signature)).toBe(true);
  expect(verifySignature(rootKey, leaf.details, leaf.signature)).toBe(false);
  expect(issuer.issuerSerial).toBe(rootSerial);
  expect(subject.issuerSerial).toBe(issuer.serial);
  expect(Buffer.from(subject.key ?? []).equals(staticKey.public)).toBe(true);
});
