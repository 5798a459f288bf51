import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ConfigError, readAll } from './config-error.ts';
import { type Env, type EnvName, nearestName } from './env.ts';
import { createSecrets, type Secrets } from './secrets.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the operator chose, validated. Holds no secret, so it may be logged as it is. */
export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Absolute path of the folder with the database and its key. */
  readonly dataDir: string;
  readonly whatsapp: {
    /** Undefined: WhatsApp itself. Otherwise a simulator's ws:// or wss:// URL. */
    readonly url?: string | undefined;
    /** Public key of the root that signs the server's certificates: 64 lower-case hex digits. Undefined: WhatsApp's. */
    readonly rootKey?: string | undefined;
    readonly rootSerial?: number | undefined;
  };
  /** Calls a minute and token. */
  readonly rateLimit: number;
  readonly corsOrigins: readonly string[];
  /** How many proxies in front are trusted to have written X-Forwarded-For. */
  readonly trustedProxyHops: number;
  readonly metrics: {
    readonly host: string;
    /** Undefined: no listener of its own. */
    readonly port?: number | undefined;
    /** Whether the main port serves them too: only where nobody but this machine reaches it. */
    readonly onMainPort: boolean;
  };
  readonly graphiql: boolean;
}

/** Refuses a value. `must` says what is accepted, so that the line is all that is needed to mend it. */
const refuse = (name: EnvName, value: string, must: string): never => {
  throw new ConfigError([`${name} must be ${must}, not ${JSON.stringify(value.slice(0, 100))}`]);
};

const integer = (env: Env, name: EnvName, min: number, max: number): number | undefined => {
  const raw = env.values.get(name);
  if (raw === undefined) return undefined;
  const value = /^\d{1,10}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!(value >= min && value <= max)) return refuse(name, raw, `a whole number from ${min} to ${max}`);
  return value;
};

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;

const host = (env: Env, name: EnvName): string => {
  const raw = env.values.get(name);
  if (raw === undefined) return '127.0.0.1';
  const isName = HOST_NAME.test(raw) && !/^[\d.]+$/.test(raw);
  return isIP(raw) !== 0 || isName ? raw : refuse(name, raw, 'an IP address or a host name');
};

const logLevel = (env: Env): LogLevel => {
  const raw = env.values.get('LOG_LEVEL');
  if (raw === undefined) return 'info';
  const level = LOG_LEVELS.find((known) => known === raw.toLowerCase());
  return level ?? refuse('LOG_LEVEL', raw, `one of ${LOG_LEVELS.join(', ')}`);
};

const whatsappUrl = (env: Env): string | undefined => {
  const raw = env.values.get('PRIVET_WHATSAPP_URL');
  if (raw === undefined) return undefined;
  const protocol = URL.parse(raw)?.protocol;
  return protocol === 'ws:' || protocol === 'wss:' ? raw : refuse('PRIVET_WHATSAPP_URL', raw, 'a ws:// or wss:// URL');
};

const rootKey = (env: Env): string | undefined => {
  const raw = env.values.get('PRIVET_WHATSAPP_ROOT_KEY');
  if (raw === undefined) return undefined;
  return /^[0-9a-f]{64}$/i.test(raw)
    ? raw.toLowerCase()
    : refuse('PRIVET_WHATSAPP_ROOT_KEY', raw, '64 hex digits (32 bytes)');
};

const corsOrigins = (env: Env): readonly string[] => {
  const raw = env.values.get('PRIVET_CORS_ORIGINS') ?? '';
  const origins = raw.split(',').map((origin) => origin.trim());
  return origins
    .filter((origin) => origin !== '')
    .map((origin) => {
      const url = URL.parse(origin);
      const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.origin === origin.toLowerCase();
      return isOrigin
        ? url.origin
        : refuse(
            'PRIVET_CORS_ORIGINS',
            origin,
            'a comma-separated list of http(s) origins, without a path or a slash at the end',
          );
    });
};

/** Whether only this machine can reach a listener on `name`. */
export const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));

const graphiql = (env: Env): boolean | undefined => {
  const raw = env.values.get('PRIVET_GRAPHIQL');
  if (raw === undefined) return undefined;
  return raw === 'on' || raw === 'off' ? raw === 'on' : refuse('PRIVET_GRAPHIQL', raw, '"on" or "off"');
};

/** @throws ConfigError naming every variable with a bad value. */
export const createConfig = (env: Env): Config => {
  const { metricsHost, metricsPort, playground, ...config } = readAll({
    host: () => host(env, 'HOST'),
    port: () => integer(env, 'PORT', 0, 65_535) ?? 4000,
    logLevel: () => logLevel(env),
    dataDir: () => resolve(env.values.get('PRIVET_DATA') ?? './data'),
    whatsapp: () =>
      readAll<Config['whatsapp']>({
        url: () => whatsappUrl(env),
        rootKey: () => rootKey(env),
        rootSerial: () => integer(env, 'PRIVET_WHATSAPP_ROOT_SERIAL', 0, 0xffff_ffff),
      }),
    rateLimit: () => integer(env, 'PRIVET_RATE_LIMIT', 1, 1_000_000) ?? 100,
    corsOrigins: () => corsOrigins(env),
    trustedProxyHops: () => integer(env, 'PRIVET_TRUSTED_PROXY_HOPS', 0, 10) ?? 0,
    metricsHost: () => host(env, 'PRIVET_METRICS_HOST'),
    metricsPort: () => integer(env, 'PRIVET_METRICS_PORT', 0, 65_535),
    playground: () => graphiql(env),
  });
  // A proxy on this machine would hand the playground, and the main port's `/metrics`, to everybody.
  const isPrivate = config.trustedProxyHops === 0 && isLoopback(config.host);
  return {
    ...config,
    metrics: { host: metricsHost, port: metricsPort, onMainPort: metricsPort === undefined && isPrivate },
    graphiql: playground ?? isPrivate,
  };
};

/** All that the environment says. @throws ConfigError naming every variable with a bad value. */
export const createSettings = (env: Env): { readonly config: Config; readonly secrets: Secrets } =>
  readAll({ config: () => createConfig(env), secrets: () => createSecrets(env) });

/** What is no mistake for certain, but probably one: a line each for the operator. */
export const configWarnings = (env: Env): string[] => {
  const warnings = env.unknown.map((name) => {
    const nearest = nearestName(name);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    return `${name} is not a variable of this service and is ignored${hint}`;
  });
  const url = URL.parse(env.values.get('PRIVET_WHATSAPP_URL') ?? '');
  if (url?.protocol === 'ws:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    warnings.push('PRIVET_WHATSAPP_URL is a ws:// URL of another machine: that only makes sense for a simulator');
  }
  return warnings;
};
