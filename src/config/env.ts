import { suggestionList } from 'graphql/jsutils/suggestionList.js';

/** Every variable the service knows. README's table and the warning about unknown names follow this list. */
export const ENV_NAMES = [
  'HOST',
  'PORT',
  'LOG_LEVEL',
  'PRIVET_DATA',
  'DATABASE_URL',
  'PRIVET_ACCOUNT_TOKEN',
  'PRIVET_ENCRYPTION_KEY',
  'PRIVET_NEW_ENCRYPTION_KEY',
  'PRIVET_WHATSAPP_URL',
  'PRIVET_WHATSAPP_ROOT_KEY',
  'PRIVET_WHATSAPP_ROOT_SERIAL',
  'PRIVET_RATE_LIMIT',
  'PRIVET_CORS_ORIGINS',
  'PRIVET_TRUSTED_PROXY_HOPS',
  'PRIVET_METRICS_HOST',
  'PRIVET_METRICS_PORT',
  'PRIVET_GRAPHIQL',
] as const;
export type EnvName = (typeof ENV_NAMES)[number];

/** The raw strings, as the environment has them. */
export interface Env {
  readonly values: ReadonlyMap<EnvName, string>;
  /** `PRIVET_*` variables that mean nothing to this version: most likely a slip of the pen. */
  readonly unknown: readonly string[];
}

const isKnown = (name: string): name is EnvName => (ENV_NAMES as readonly string[]).includes(name);

const withoutPrefix = (name: string): string => name.replace(/^PRIVET_/, '');

/** The variable that `unknown` is most likely meant for, where one is like it: the common prefix does not count. */
export const nearestName = (unknown: string): EnvName | undefined => {
  const [nearest] = suggestionList(withoutPrefix(unknown), ENV_NAMES.map(withoutPrefix));
  return ENV_NAMES.find((name) => withoutPrefix(name) === nearest);
};

/** The one place that looks at the environment. An empty value counts as unset, as compose files produce it. */
export const readEnv = (source: Readonly<Record<string, string | undefined>>): Env => {
  const values = new Map<EnvName, string>();
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined || value === '') continue;
    if (isKnown(name)) values.set(name, value);
    else if (name.startsWith('PRIVET_')) unknown.push(name);
  }
  return { values, unknown: unknown.sort() };
};
