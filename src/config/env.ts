import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { ENV_NAMES, type EnvName } from './variables.ts';

/** The raw strings, as the environment has them. */
export interface Env {
  readonly values: Readonly<Partial<Record<EnvName, string>>>;
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
  const given = Object.entries(source).filter(([, value]) => value !== undefined && value !== '');
  return {
    values: Object.fromEntries(given.filter(([name]) => isKnown(name))),
    unknown: given
      .map(([name]) => name)
      .filter((name) => name.startsWith('PRIVET_') && !isKnown(name))
      .sort(),
  };
};
