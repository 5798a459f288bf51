import { isIP } from 'node:net';
import { type Env, nearestName } from './env.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { checkValues, type LogLevel } from './variables.ts';

/** The validated settings. They contain no secret, so they can be logged. */
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
  /** How many proxies are trusted to append to X-Forwarded-For. */
  readonly trustedProxyHops: number;
  readonly metrics: {
    readonly host: string;
    /** Undefined: no listener of its own. */
    readonly port?: number | undefined;
    /** Whether the main port serves them too: only where nobody but this machine reaches it. */
    readonly onMainPort: boolean;
  };
  /** This process as one of several; of no use without a database of Postgres. */
  readonly node: {
    /** Undefined: the machine's. */
    readonly name?: string | undefined;
    /** Where it listens for other nodes. Port 0: any free one. */
    readonly host: string;
    readonly port: number;
    /** Where other nodes reach it; undefined: there. */
    readonly url?: string | undefined;
  };
  /** Logins a second, over all nodes. */
  readonly loginRate: number;
  /** How long instances are given to other nodes when this one ends; 0: not at all. */
  readonly drainMs: number;
  /** Once no node has come or gone for so long, instances are spread anew; 0: never. */
  readonly rebalanceMs: number;
  /** Whether browsers get the console at `/`. */
  readonly console: boolean;
  readonly graphiql: boolean;
}

/** Whether only this machine can reach a listener on `name`. */
export const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));

/** @throws ConfigError naming every variable with a bad value. */
export const createConfig = ({ values }: Env): Config => {
  const checked = checkValues(values);
  const { HOST: host, PRIVET_TRUSTED_PROXY_HOPS: trustedProxyHops, PRIVET_METRICS_PORT: metricsPort } = checked;
  // Behind a proxy on this machine everybody could reach console, playground and the main port's `/metrics`.
  const isPrivate = trustedProxyHops === 0 && isLoopback(host);
  return {
    host,
    port: checked.PORT,
    logLevel: checked.LOG_LEVEL,
    dataDir: checked.PRIVET_DATA,
    whatsapp: {
      url: checked.PRIVET_WHATSAPP_URL,
      rootKey: checked.PRIVET_WHATSAPP_ROOT_KEY,
      rootSerial: checked.PRIVET_WHATSAPP_ROOT_SERIAL,
    },
    rateLimit: checked.PRIVET_RATE_LIMIT,
    corsOrigins: checked.PRIVET_CORS_ORIGINS,
    trustedProxyHops,
    metrics: {
      host: checked.PRIVET_METRICS_HOST,
      port: metricsPort,
      onMainPort: metricsPort === undefined && isPrivate,
    },
    node: {
      name: checked.PRIVET_NODE,
      host: checked.PRIVET_NODE_HOST,
      port: checked.PRIVET_NODE_PORT,
      url: checked.PRIVET_NODE_URL,
    },
    loginRate: checked.PRIVET_LOGIN_RATE,
    drainMs: checked.PRIVET_DRAIN_SECONDS * 1_000,
    rebalanceMs: checked.PRIVET_REBALANCE_SECONDS * 1_000,
    console: checked.PRIVET_CONSOLE ?? isPrivate,
    graphiql: checked.PRIVET_GRAPHIQL ?? isPrivate,
  };
};

/** All settings. @throws ConfigError naming every variable with a bad value. */
export const createSettings = (env: Env): { readonly config: Config; readonly secrets: Secrets } => ({
  config: createConfig(env),
  secrets: createSecrets(env),
});

/** What is probably a mistake: a line each for the operator. */
export const configWarnings = (env: Env): string[] => {
  const warnings = env.unknown.map((name) => {
    const nearest = nearestName(name);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    return `${name} is not a variable of this service and is ignored${hint}`;
  });
  const url = URL.parse(env.values.PRIVET_WHATSAPP_URL ?? '');
  if (url?.protocol === 'ws:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    warnings.push('PRIVET_WHATSAPP_URL is a ws:// URL of another machine: that only makes sense for a simulator');
  }
  return warnings;
};
