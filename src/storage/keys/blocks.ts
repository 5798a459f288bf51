import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Place, Sealer } from '../sealing/seal.ts';

/** The keys of one type that one instance keeps. */
export interface KeyScope {
  readonly account: string;
  readonly instance: string;
  readonly type: string;
}

/** Ids and values. */
export type KeyBlock = Map<string, string>;

/**
 * Types whose keys lie many to a row: an id is a number that is counted up, and the keys are small and written together.
 * A device that pairs makes 812 pre-keys, which go one by one. What is of another type changes by itself: a row each.
 */
const PACKED_TYPES: ReadonlySet<string> = new Set(['pre-key']);
const KEYS_A_BLOCK = 64;
const NUMBER = /^(?:0|[1-9]\d{0,8})$/;

/** The block that a key lies in; undefined: it has a row of its own. */
export const blockOf = (type: string, id: string): string | undefined =>
  PACKED_TYPES.has(type) && NUMBER.test(id) ? String(Math.floor(Number(id) / KEYS_A_BLOCK)) : undefined;

/** Apart from the types of other tables, whatever WhatsApp calls its own. */
export const keyPlace = ({ type, ...scope }: KeyScope, id: string): Place => ({ ...scope, type: `signal/${type}`, id });

export const blockPlace = ({ type, ...scope }: KeyScope, block: string): Place => ({
  ...scope,
  type: `signal-block/${type}`,
  id: block,
});

/** Base64 is a quarter air, and the names in one value are those in the next: 160 bytes become 74. */
export const sealBlock = (sealer: Sealer, place: Place, block: KeyBlock): Uint8Array =>
  sealer.seal(place, deflateRawSync(JSON.stringify([...block])));

/** @throws SealError when it is not what was sealed in this place. */
export const openBlock = (sealer: Sealer, place: Place, sealed: Uint8Array): KeyBlock =>
  new Map(JSON.parse(inflateRawSync(sealer.open(place, sealed)).toString()) as [string, string][]);
