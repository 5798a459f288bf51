import type { Sealer } from './seal.ts';

/**
 * Keyed hashes of a call's key and of what it asked for, made of their SHA-256: both take few enough values to be
 * guessed from that alone.
 */
const blind = (sealer: Sealer, instance: string, type: string, id: readonly string[]): Uint8Array =>
  Buffer.from(sealer.blind({ account: '', instance, type, id: JSON.stringify(id) }), 'base64url');

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A key is its caller's, whatever instance the call is about. */
export const blindKey = (sealer: Sealer, caller: string, keyHash: Uint8Array): Uint8Array =>
  blind(sealer, '', 'outcome/key', [caller, hex(keyHash)]);

export interface RequestPlace {
  readonly caller: string;
  readonly instanceId: string;
  readonly keyHash: Uint8Array;
}

export const blindRequest = (
  sealer: Sealer,
  { caller, instanceId, keyHash }: RequestPlace,
  requestHash: Uint8Array,
): Uint8Array => blind(sealer, instanceId, 'outcome/request', [caller, hex(keyHash), hex(requestHash)]);
