import { createHmac, type KeyObject, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `pvta` for an account token, `pvti` for an instance token: a prefix that secret scanners can find. */
export type TokenKind = 'account' | 'instance';
const PREFIXES = { account: 'pvta', instance: 'pvti' } as const satisfies Record<TokenKind, string>;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

export const TOKEN_ID_LENGTH = 12;
/** 32 bytes need 43 digits to the base 62; a 32-bit checksum needs 6. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

/** The bounds for a token that the operator chooses (PRIVET_ACCOUNT_TOKEN); ours are within them. */
export const MIN_TOKEN_LENGTH = 32;
export const MAX_TOKEN_LENGTH = 512;

const base62 = (value: bigint, length: number): string => {
  let text = '';
  for (let rest = value; rest > 0n; rest /= BASE) text = DIGITS.charAt(Number(rest % BASE)) + text;
  return text.padStart(length, '0');
};

const checksum = (text: string): string => base62(BigInt(crc32(text)), CHECKSUM_LENGTH);

/** A new token: `<prefix>_<id>_<secret><checksum>`. Store its hash, never its text. */
export const mintToken = (kind: TokenKind): { readonly id: string; readonly text: string } => {
  const id = Array.from({ length: TOKEN_ID_LENGTH }, () => DIGITS.charAt(randomInt(DIGITS.length))).join('');
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  const body = `${PREFIXES[kind]}_${id}_${secret}`;
  return { id, text: body + checksum(body) };
};

const FORM = new RegExp(
  `^(${Object.values(PREFIXES).join('|')})_([0-9A-Za-z]{${TOKEN_ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`,
);

/** The public id of a token in our form; undefined for another form or a wrong checksum. Does not check that it is valid. */
export const parseToken = (text: string): { readonly kind: TokenKind; readonly id: string } | undefined => {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, prefix, id] = match;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  if (id === undefined || text.slice(-CHECKSUM_LENGTH) !== checksum(body)) return undefined;
  return { kind: prefix === PREFIXES.account ? 'account' : 'instance', id };
};

/** HMAC-SHA-256: the database alone is not enough to use a token, or to try out guesses. */
export const hashToken = (key: KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** In a time that does not depend on where they differ. */
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
