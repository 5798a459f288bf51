import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
const isHost = (text: string): boolean => isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text));
const host = z.string().refine(isHost, 'must be an IP address or a host name').default('127.0.0.1');

const integer = (min: number, max: number) => {
  const isWithin = (text: string) => /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max;
  return z.string().refine(isWithin, `must be a whole number from ${min} to ${max}`).transform(Number);
};

/** Names a node in tables, logs and metrics. */
const NODE_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const nodeName = z
  .string()
  .regex(NODE_NAME, 'must have 1 to 63 letters, digits, dots, hyphens and underscores, at its ends letters or digits');

const isNodeUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url?.protocol === 'http:' && url.pathname === '/' && url.search === '' && url.hash === '' && !url.username;
};
const NODE_URL = 'must be an http:// URL without a path, such as http://10.0.0.5:4001';
const nodeUrl = z
  .string()
  .refine(isNodeUrl, NODE_URL)
  .transform((text) => new URL(text).origin);

const onOrOff = z.enum(['on', 'off'], 'must be "on" or "off"').transform((text) => text === 'on');

const isOrigin = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.toLowerCase();
};
const ORIGINS = 'must be a comma-separated list of http(s) origins, without a path or a slash at the end';
const origin = z
  .string()
  .refine(isOrigin, ORIGINS)
  .transform((text) => new URL(text).origin);
const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const key = z
  .string()
  .regex(/^([0-9a-f]{64}|[A-Za-z0-9+/]{43}=?)$/i, 'must be 32 bytes, as 64 hex digits or in base64')
  .transform((text): Uint8Array => Buffer.from(text, text.length === 64 ? 'hex' : 'base64'));

/** The modes of libpq except those that fall back to no TLS. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const modeOf = (url: string): string => URL.parse(url)?.searchParams.get('sslmode') ?? 'disable';
const databaseUrl = z
  .url({
    protocol: /^postgres(ql)?$/,
    error: 'must be a postgres:// URL, such as postgres://user:password@host:5432/database',
  })
  .refine((url) => SSL_MODES.includes(modeOf(url)), `must have one of ${SSL_MODES.join(', ')} as its sslmode`)
  .refine(
    (url) => modeOf(url) !== 'verify-ca' || new URL(url).searchParams.has('sslrootcert'),
    'must name the file of the CA as sslrootcert where its sslmode is verify-ca',
  );

const length = {
  error: ({ input }: { input: unknown }) => `must have 32 to 512 characters, not ${String(input).length}`,
};
const accountToken = z
  .string()
  .min(32, length)
  .max(512, length)
  // An HTTP header can't carry anything else unchanged.
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])$/, 'must be printable ASCII, without white space at its ends');

/** An error never repeats their values. */
const SECRETS = {
  PRIVET_ACCOUNT_TOKEN: accountToken.optional(),
  DATABASE_URL: databaseUrl.optional(),
  PRIVET_ENCRYPTION_KEY: key.optional(),
  PRIVET_NEW_ENCRYPTION_KEY: key.optional(),
};

/**
 * Every variable that the service knows, with the values that it accepts. A message completes a line that begins with the
 * variable's name. README's table and the warning about unknown names follow this list.
 */
const VARIABLES = z
  .object({
    HOST: host,
    PORT: integer(0, 65_535).default(4000),
    LOG_LEVEL: z
      .string()
      .toLowerCase()
      .pipe(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`))
      .default('info'),
    PRIVET_DATA: z
      .string()
      .default('./data')
      .transform((path) => resolve(path)),
    PRIVET_WHATSAPP_URL: z.url({ protocol: /^wss?$/, error: 'must be a ws:// or wss:// URL' }).optional(),
    PRIVET_WHATSAPP_ROOT_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits (32 bytes)')
      .toLowerCase()
      .optional(),
    PRIVET_WHATSAPP_ROOT_SERIAL: integer(0, 0xffff_ffff).optional(),
    PRIVET_RATE_LIMIT: integer(1, 1_000_000).default(100),
    PRIVET_CORS_ORIGINS: z.string().default('').transform(namesIn).pipe(z.array(origin)),
    PRIVET_TRUSTED_PROXY_HOPS: integer(0, 10).default(0),
    PRIVET_METRICS_HOST: host,
    PRIVET_METRICS_PORT: integer(0, 65_535).optional(),
    PRIVET_NODE: nodeName.optional(),
    PRIVET_NODE_HOST: host,
    PRIVET_NODE_PORT: integer(0, 65_535).default(0),
    PRIVET_NODE_URL: nodeUrl.optional(),
    PRIVET_LOGIN_RATE: integer(1, 1_000).default(20),
    PRIVET_DRAIN_SECONDS: integer(0, 3_600).default(20),
    PRIVET_REBALANCE_SECONDS: integer(0, 86_400).default(60),
    PRIVET_CONSOLE: onOrOff.optional(),
    PRIVET_GRAPHIQL: onOrOff.optional(),
    ...SECRETS,
  })
  .refine(({ DATABASE_URL, PRIVET_ENCRYPTION_KEY }) => DATABASE_URL === undefined || PRIVET_ENCRYPTION_KEY, {
    // A key file would be on this machine, the database is on another.
    error:
      'must be set where DATABASE_URL is: 32 bytes, such as "openssl rand -hex 32" makes; of a data folder it is what encryption.key holds',
    path: ['PRIVET_ENCRYPTION_KEY'],
    // Reported together with other bad values.
    when: ({ issues }) => !issues.some(({ path }) => path?.[0] === 'DATABASE_URL'),
  });

/** What commands over HTTP read, and the service does not: known here, so that none is taken for a misspelt one. */
export const CLIENT_NAMES = ['PRIVET_URL', 'PRIVET_TOKEN'] as const;

export type EnvName = keyof typeof VARIABLES.shape;
export const ENV_NAMES = VARIABLES.keyof().options;

/** @throws ConfigError with a line for every variable with a bad value, which says what is accepted. */
export const checkValues = (values: Readonly<Partial<Record<EnvName, string>>>): z.output<typeof VARIABLES> => {
  const result = VARIABLES.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  const lines = new Map<string, string>();
  for (const { path, message, input } of result.error.issues) {
    const name = String(path[0]);
    const value = name in SECRETS ? '' : `, not ${JSON.stringify(String(input).slice(0, 100))}`;
    if (!lines.has(name)) lines.set(name, `${name} ${message}${value}`);
  }
  throw new ConfigError([...lines.values()].join('\n'));
};
