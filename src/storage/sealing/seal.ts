import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { SealError } from '../errors.ts';

/** Where a sealed value belongs. It opens there alone, so a row copied to another place is refused. */
export interface Place {
  readonly account: string;
  readonly instance: string;
  readonly type: string;
  readonly id: string;
  /** Which writing of it, where that is kept elsewhere: an older one put back is refused. 0 and absent are the same. */
  readonly revision?: number | undefined;
}

export const KEY_BYTES = 32;
/** First byte of every sealed value: 1 = AES-256-GCM, then nonce, tag and ciphertext. */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** JSON, since it keeps ["a","bc"] and ["ab","c"] apart. */
const associated = ({ account, instance, type, id, revision = 0 }: Place): Uint8Array =>
  Buffer.from(JSON.stringify(['privet', VERSION, account, instance, type, id, ...(revision === 0 ? [] : [revision])]));

/**
 * Seals values under one key. The nonce is random: with 96 bits one key is good for 2^32 values (NIST SP 800-38D, 8.3),
 * which is 50 writes a second for more than two years.
 */
export class Sealer {
  readonly #key: KeyObject;
  readonly #blindKey: KeyObject;

  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new SealError('malformed', `A sealing key has ${KEY_BYTES} bytes`);
    this.#key = createSecretKey(key);
    this.#blindKey = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'privet blind names', KEY_BYTES)));
  }

  /** A name to find a place by that does not tell what it is: ids may be phone numbers. */
  blind(place: Place): string {
    return createHmac('sha256', this.#blindKey).update(associated(place)).digest('base64url');
  }

  seal(place: Place, value: Uint8Array): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(associated(place));
    const body = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.getAuthTag(), body]);
  }

  /** @throws SealError when the value is not what was sealed in this place. */
  open(place: Place, sealed: Uint8Array): Buffer {
    if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION) {
      throw new SealError('malformed', `A sealed value of type "${place.type}" is not in a form this version knows`);
    }
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(place));
    decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new SealError('refused', `A sealed value of type "${place.type}" does not open`, { cause });
    }
  }

  sealText(place: Place, text: string): Uint8Array {
    return this.seal(place, Buffer.from(text));
  }

  openText(place: Place, sealed: Uint8Array): string {
    return this.open(place, sealed).toString();
  }
}
