import { createHash } from 'node:crypto';
import { Curve, generateSignalPubKey } from '@whiskeysockets/baileys';
import { verifySignature } from 'libsignal/src/curve.js';

/**
 * Makes Baileys check signatures: of the server's certificates, and of the account that links this device. rc14's own
 * `Curve.verify` drops the boolean that libsignal answers with, and so takes any signature that is 64 bytes long. Then
 * nothing but TLS would tell WhatsApp from somebody else.
 */
export function checkSignatures(): void {
  Curve.verify = (publicKey, message, signature) => {
    try {
      const digest = digestOf(publicKey, message, signature);
      if (verified.has(digest)) return true;
      const isRight = verifySignature(generateSignalPubKey(publicKey), message, signature);
      if (isRight) remember(digest);
      return isRight;
    } catch {
      // Not a key or a signature at all.
      return false;
    }
  };
}

/** Each login brings the same two certificates, and libsignal takes 10 ms for either: most of what a login costs. */
const verified = new Set<string>();
const MOST_REMEMBERED = 64;

function remember(digest: string): void {
  const [oldest] = verified;
  if (verified.size >= MOST_REMEMBERED && oldest !== undefined) verified.delete(oldest);
  verified.add(digest);
}

/** Of all three, with their lengths, so that no bytes can pass from one to the other. */
function digestOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('base64');
}
