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
      return verifySignature(generateSignalPubKey(publicKey), message, signature);
    } catch {
      // Not a key or a signature at all.
      return false;
    }
  };
}
