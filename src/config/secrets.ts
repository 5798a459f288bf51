import { ConfigError, readAll } from './config-error.ts';
import type { Env } from './env.ts';

/** Kept apart from the config, so that no log line of the config can hold one. Never logged, never put in an error. */
export interface Secrets {
  /** An account token of the operator's choosing. */
  readonly accountToken?: string | undefined;
  /** The 32 bytes that everything at rest is sealed under; undefined: the key file in the data folder. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** What `keys rotate` puts into its place. */
  readonly newEncryptionKey?: Uint8Array | undefined;
}

const MIN_TOKEN_LENGTH = 32;
const MAX_TOKEN_LENGTH = 512;

const accountToken = (env: Env): string | undefined => {
  const raw = env.values.get('PRIVET_ACCOUNT_TOKEN');
  if (raw === undefined) return undefined;
  if (raw.length < MIN_TOKEN_LENGTH || raw.length > MAX_TOKEN_LENGTH) {
    throw new ConfigError([
      `PRIVET_ACCOUNT_TOKEN must have ${MIN_TOKEN_LENGTH} to ${MAX_TOKEN_LENGTH} characters, not ${raw.length}`,
    ]);
  }
  // Anything else can't come back to us in an HTTP header as it was sent.
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])$/.test(raw)) {
    throw new ConfigError(['PRIVET_ACCOUNT_TOKEN must be printable ASCII, without white space at its ends']);
  }
  return raw;
};

const key = (env: Env, name: 'PRIVET_ENCRYPTION_KEY' | 'PRIVET_NEW_ENCRYPTION_KEY'): Uint8Array | undefined => {
  const raw = env.values.get(name);
  if (raw === undefined) return undefined;
  if (/^[0-9a-f]{64}$/i.test(raw)) return Buffer.from(raw, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(raw)) return Buffer.from(raw, 'base64');
  throw new ConfigError([`${name} must be 32 bytes, as 64 hex digits or in base64`]);
};

/** @throws ConfigError naming the variables, without their values. */
export const createSecrets = (env: Env): Secrets =>
  readAll<Secrets>({
    accountToken: () => accountToken(env),
    encryptionKey: () => key(env, 'PRIVET_ENCRYPTION_KEY'),
    newEncryptionKey: () => key(env, 'PRIVET_NEW_ENCRYPTION_KEY'),
  });
