import { InvalidArgumentError } from '@commander-js/extra-typings';
import { UsageError } from '../usage-error.ts';
import {
  CallAddPrivacy,
  DefaultDisappearing,
  DefensePrivacy,
  ExclusionField,
  FailurePolicy,
  GroupAddPrivacy,
  LastSeenPrivacy,
  LinkedProfilesPrivacy,
  MessagesPrivacy,
  OnlinePrivacy,
  PixPrivacy,
  ProfilePrivacy,
  ReadReceiptsPrivacy,
  type ShownSettingsFragment,
  StatusPrivacy,
  StickersPrivacy,
  type UpdatePrivacyInput,
} from './gql/graphql.ts';
import type { Rows } from './session.ts';
import { wordOf } from './words.ts';

type Section = 'visibility' | 'privacy' | 'permissions';
type Fields<S extends Section> = Required<NonNullable<UpdatePrivacyInput[S]>>;

/** Every field that can be set, where the schema has it, with the values that it takes: tsc sees one that is missing. */
const FIELDS = {
  visibility: {
    lastSeen: LastSeenPrivacy,
    status: StatusPrivacy,
    profile: ProfilePrivacy,
    online: OnlinePrivacy,
    linkedProfiles: LinkedProfilesPrivacy,
    pix: PixPrivacy,
  },
  privacy: {
    readReceipts: ReadReceiptsPrivacy,
    defense: DefensePrivacy,
    defaultDisappearing: DefaultDisappearing,
  },
  permissions: {
    callAdd: CallAddPrivacy,
    groupAdd: GroupAddPrivacy,
    messages: MessagesPrivacy,
    stickers: StickersPrivacy,
  },
} as const satisfies {
  readonly [S in Section]: { readonly [F in keyof Fields<S>]: Readonly<Record<string, NonNullable<Fields<S>[F]>>> };
};

interface Field {
  readonly section: Section;
  readonly name: string;
  /** As people type it. */
  readonly word: string;
  /** By what people type. */
  readonly values: ReadonlyMap<string, string>;
}

const byWord = (values: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.values(values).map((value) => [wordOf(value), value]));

const ALL_FIELDS: readonly Field[] = (['visibility', 'privacy', 'permissions'] as const).flatMap((section) =>
  Object.entries(FIELDS[section]).map(([name, values]) => ({
    section,
    name,
    word: wordOf(name),
    values: byWord(values),
  })),
);

const wordsOf = (words: Iterable<string>): string => [...words].join(', ');

/** `last-seen=all`, and so on: all that `privacy set` takes. */
export const CHANGE_WORDS: readonly string[] = ALL_FIELDS.flatMap(({ word, values }) =>
  [...values.keys()].map((value) => `${word}=${value}`),
);

export const FIELDS_HELP = `
Fields and their values, in these words or in those of the API:
${ALL_FIELDS.map(({ word, values }) => `  ${word.padEnd(20)}  ${wordsOf(values.keys())}`).join('\n')}`;

/** @throws UsageError naming what is accepted. */
export const changesIn = (words: readonly string[]): UpdatePrivacyInput => {
  const input: Record<Section, Record<string, string>> = { visibility: {}, privacy: {}, permissions: {} };
  for (const given of words) {
    const [, name = '', text = ''] = /^([^=]*)=(.*)$/s.exec(given) ?? [];
    if (name === '') throw new UsageError(`"${given}" must be <field>=<value>, such as ${CHANGE_WORDS[0]}`);
    const field = ALL_FIELDS.find(({ word }) => word === wordOf(name));
    if (!field) {
      const known = wordsOf(ALL_FIELDS.map(({ word }) => word));
      throw new UsageError(`There is no field "${name}": it must be one of ${known}`);
    }
    const value = field.values.get(wordOf(text));
    if (value === undefined) {
      throw new UsageError(`${field.word} must be one of ${wordsOf(field.values.keys())}, not "${text}"`);
    }
    const section = input[field.section];
    if (Object.hasOwn(section, field.name)) throw new UsageError(`${field.word} is there twice`);
    section[field.name] = value;
  }
  // Its values are those of the table, whose type is the input's.
  return input;
};

/** Every field in the order of the schema, and what it holds; then what this version does not model. */
export const fieldRows = (settings: ShownSettingsFragment): (readonly [string, string | null])[] => [
  ...ALL_FIELDS.flatMap(({ section, name, word }) => {
    const fields: Readonly<Record<string, string | null | undefined>> = settings[section];
    const value = fields[name];
    return value === undefined ? [] : [[word, value === null ? null : wordOf(value)] as const];
  }),
  ...settings.other.map(({ category, value }) => [`${category} (as WhatsApp names it)`, value] as const),
];

export const settingsTable = (settings: ShownSettingsFragment): Rows => ({
  head: ['FIELD', 'VALUE'],
  rows: fieldRows(settings).map(([field, value]) => [field, value ?? '-']),
});

/** One of an enum's values by what a person typed; the words of all of them are for `--help` and completion. */
const choice = <T extends string>(values: Readonly<Record<string, T>>) => ({
  words: Object.values(values).map(wordOf),
  parse(this: void, text: string): T {
    const value = Object.values(values).find((known) => wordOf(known) === wordOf(text));
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`It must be one of ${wordsOf(Object.values(values).map(wordOf))}`);
  },
});

export const EXCLUSION_FIELD = choice(ExclusionField);
export const FAILURE_POLICY = choice(FailurePolicy);
