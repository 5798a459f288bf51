import { ConfigError, readAll } from './config-error.ts';
import type { Env } from './env.ts';

/** Kept apart from the config, so that no log line of the config can hold one. Never logged, never put in an error. */
export interface Secrets {
  /** An account token of the operator's choosing. */
  readonly accountToken?: string | undefined;
  /** Of Postgres, mostly with a password in it; undefined: SQLite, in the data folder. */
  readonly databaseUrl?: string | undefined;
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

/** As libpq means them, less those that go on without TLS where the server has none. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

const databaseUrl = (env: Env): string | undefined => {
  const raw = env.values.get('DATABASE_URL');
  if (raw === undefined) return undefined;
  const url = URL.parse(raw);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigError([
      'DATABASE_URL must be a postgres:// URL, such as postgres://user:password@host:5432/database',
    ]);
  }
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  if (!SSL_MODES.includes(mode)) {
    throw new ConfigError([`DATABASE_URL must have one of ${SSL_MODES.join(', ')} as its sslmode`]);
  }
  if (mode === 'verify-ca' && !url.searchParams.has('sslrootcert')) {
    throw new ConfigError(['DATABASE_URL must name the file of the CA as sslrootcert where its sslmode is verify-ca']);
  }
  // A key file belongs beside the database, and that one is elsewhere.
  if (!env.values.has('PRIVET_ENCRYPTION_KEY')) {
    throw new ConfigError([
      'PRIVET_ENCRYPTION_KEY must be set where DATABASE_URL is: 32 bytes, such as "openssl rand -hex 32" makes; of a data folder it is what encryption.key holds',
    ]);
  }
  return raw;
};

/** The secrets in the forms in which they may turn up in a text. */
export const textsOf = ({ accountToken = '', databaseUrl = '', encryptionKey }: Secrets): string[] => {
  const key = encryptionKey && Buffer.from(encryptionKey);
  const password = URL.parse(databaseUrl)?.password ?? '';
  return [
    accountToken,
    databaseUrl,
    password,
    decoded(password),
    key?.toString('hex') ?? '',
    key?.toString('base64') ?? '',
  ];
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** @throws ConfigError naming the variables, without their values. */
export const createSecrets = (env: Env): Secrets =>
  readAll<Secrets>({
    accountToken: () => accountToken(env),
    databaseUrl: () => databaseUrl(env),
    encryptionKey: () => key(env, 'PRIVET_ENCRYPTION_KEY'),
    newEncryptionKey: () => key(env, 'PRIVET_NEW_ENCRYPTION_KEY'),
  });
