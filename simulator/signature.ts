import { createPublicKey, verify } from 'node:crypto';

const P = 2n ** 255n - 19n;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Verifies a signature made with an X25519 key, as WhatsApp uses them (XEdDSA, with the sign of the Edwards point in the
 * top bit of the signature). Not Baileys' `Curve.verify`: in 7.0.0-rc14 that calls libsignal's `verifySignature`, which
 * returns false for a wrong signature, and reports true for whatever does not throw.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const plain = Buffer.from(signature);
  const sign = plain.readUInt8(63) & 0x80;
  plain.writeUInt8(plain.readUInt8(63) & 0x7f, 63);
  const point = edwardsY(publicKey);
  point.writeUInt8(point.readUInt8(31) | sign, 31);
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, point]), format: 'der', type: 'spki' });
    return verify(null, message, key, plain);
  } catch {
    // Not the encoding of a point.
    return false;
  }
}

/** The Edwards coordinate y = (u - 1) / (u + 1) of a Montgomery one, in little-endian bytes. */
function edwardsY(montgomery: Uint8Array): Buffer {
  const u = BigInt(`0x${Buffer.from(montgomery.toReversed()).toString('hex')}`) & (2n ** 255n - 1n);
  const y = modulo((u - 1n) * power(u + 1n, P - 2n));
  return Buffer.from(Buffer.from(y.toString(16).padStart(64, '0'), 'hex').toReversed());
}

const modulo = (value: bigint): bigint => ((value % P) + P) % P;

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, modulo(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}
