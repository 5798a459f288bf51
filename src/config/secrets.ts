import type { Env } from './env.ts';
import { checkValues } from './variables.ts';

/** Apart from the config, so that the config can be logged. Never log them, never put them in an error. */
export interface Secrets {
  /** An account token of the operator's choosing. */
  readonly accountToken?: string | undefined;
  /** The URL of a Postgres database, often with a password. Undefined: SQLite in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** The 32 bytes that everything at rest is sealed under; undefined: the key file in the data folder. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** The key that `keys rotate` changes to. */
  readonly newEncryptionKey?: Uint8Array | undefined;
}

/** The secrets in every form that a text could contain, for redaction. */
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

/** @throws ConfigError naming every variable with a bad value. */
export const createSecrets = ({ values }: Env): Secrets => {
  const checked = checkValues(values);
  return {
    accountToken: checked.PRIVET_ACCOUNT_TOKEN,
    databaseUrl: checked.DATABASE_URL,
    encryptionKey: checked.PRIVET_ENCRYPTION_KEY,
    newEncryptionKey: checked.PRIVET_NEW_ENCRYPTION_KEY,
  };
};
