import type { Sealer } from './seal.ts';

/**
 * Keyed hashes of a call's key and of what it asked for, made of their SHA-256: both take few enough values to be
 * guessed from that alone.
 */
const blind = (sealer: Sealer, instance: string, type: string, id: readonly string[]): Uint8Array =>
  Buffer.from(sealer.blind({ account: '', instance, type, id: JSON.stringify(id) }), 'base64url');

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A key is its token's, whatever instance the call is about. */
export const blindKey = (sealer: Sealer, tokenId: string, keyHash: Uint8Array): Uint8Array =>
  blind(sealer, '', 'outcome/key', [tokenId, hex(keyHash)]);

export interface RequestPlace {
  readonly tokenId: string;
  readonly instanceId: string;
  readonly keyHash: Uint8Array;
}

export const blindRequest = (
  sealer: Sealer,
  { tokenId, instanceId, keyHash }: RequestPlace,
  requestHash: Uint8Array,
): Uint8Array => blind(sealer, instanceId, 'outcome/request', [tokenId, hex(keyHash), hex(requestHash)]);
