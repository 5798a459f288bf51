import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { CLIENT_NAMES, ENV_NAMES, type EnvName } from './variables.ts';

/** The environment's raw strings. */
export interface Env {
  readonly values: Readonly<Partial<Record<EnvName, string>>>;
  /** `PRIVET_*` variables that this version does not know: probably misspelt. */
  readonly unknown: readonly string[];
}

const ALL_NAMES: readonly string[] = [...ENV_NAMES, ...CLIENT_NAMES];

const isKnown = (name: string): name is EnvName => (ENV_NAMES as readonly string[]).includes(name);

const withoutPrefix = (name: string): string => name.replace(/^PRIVET_/, '');

/** The known variable that is most like `unknown`, compared without the prefix; undefined when none is close. */
export const nearestName = (unknown: string): string | undefined => {
  const [nearest] = suggestionList(withoutPrefix(unknown), ALL_NAMES.map(withoutPrefix));
  return ALL_NAMES.find((name) => withoutPrefix(name) === nearest);
};

/** Reads the environment. An empty value counts as unset: compose files produce them. */
export const readEnv = (source: Readonly<Record<string, string | undefined>>): Env => {
  const given = Object.entries(source).filter(([, value]) => value !== undefined && value !== '');
  return {
    values: Object.fromEntries(given.filter(([name]) => isKnown(name))),
    unknown: given
      .map(([name]) => name)
      .filter((name) => name.startsWith('PRIVET_') && !ALL_NAMES.includes(name))
      .sort(),
  };
};
