import type { NamedContact } from '../../src/privacy/contacts/contact.ts';
import { specOf } from '../../src/privacy/fields.ts';
import { EXCLUSION_FIELDS, type ExclusionChange, type ExclusionField } from '../../src/privacy/lists/exclusions.ts';
import type { Act } from './acts.ts';
import type { Episode } from './episodes.ts';
import { CONTACTS, NOBODY } from './model/people.ts';
import { changes, update } from './random-acts.ts';
import { stanzaFault } from './random-faults.ts';
import type { Random } from './random.ts';

const MOST_NAMED = 4;

/** Some people, each named once, by phone number or by LID; among them numbers that nobody has. */
function people(random: Random, most = MOST_NAMED): NamedContact[] {
  const some = random.some(CONTACTS, random.int(0, most));
  const named = some.map(({ phoneNumber, lid }): NamedContact => {
    if (lid !== undefined && random.chance(0.3)) return { text: `${lid}@lid`, kind: 'lid', digits: lid };
    return { text: `+${phoneNumber}`, kind: 'phone', digits: phoneNumber };
  });
  if (named.length > 0 && !random.chance(0.1)) return named;
  const digits = random.pick(NOBODY);
  return [...named, { text: `+${digits}`, kind: 'phone', digits }];
}

const numbers = (random: Random): string[] =>
  random.some(CONTACTS, random.int(0, 3)).map(({ phoneNumber }) => phoneNumber);

function change(random: Random): ExclusionChange {
  if (random.chance(0.25)) return { kind: 'replace', contacts: people(random) };
  const named = people(random);
  const removed = new Set(named.filter(() => random.chance(0.4)));
  return {
    kind: 'change',
    add: named.filter((each) => !removed.has(each)),
    remove: named.filter((each) => removed.has(each)),
  };
}

const exclude = (random: Random, field: ExclusionField = random.pick(EXCLUSION_FIELDS)): Act => ({
  do: 'exclude',
  field,
  change: change(random),
});

const impatient = (random: Random, act: Act): Act =>
  random.chance(0.1) && (act.do === 'exclude' || act.do === 'block')
    ? { ...act, giveUpAfterMs: random.int(0, 3_000) }
    : act;

const block = (random: Random): Act => ({
  do: 'block',
  action: random.pick(['block', 'block', 'unblock'] as const),
  contacts: people(random),
});

const phoneList = (random: Random, list: string): Act => {
  const add = numbers(random);
  return { do: 'phone_list', list, add, remove: numbers(random).filter((each) => !add.includes(each)) };
};

const reading = (random: Random): Act =>
  random.chance(0.5) ? { do: 'blocks' } : { do: 'exclusions', field: random.pick(EXCLUSION_FIELDS) };

/** Calls about lists alone. */
export const listCallsEpisode = (random: Random): Episode =>
  random.weighted<Episode>([
    [4, [[0, exclude(random)]]],
    [2, [[0, block(random)]]],
    [
      2,
      [
        [0, exclude(random)],
        [random.int(0, 400), exclude(random)],
        [random.int(0, 400), { do: 'update', changes: changes(random) }],
      ],
    ],
    [
      1,
      [
        [0, reading(random)],
        [random.int(0, 200), reading(random)],
      ],
    ],
  ]);

/** Changes of lists in the midst of what can go wrong: faults, and other hands on the same list. */
export function listFaultsEpisode(random: Random): Episode {
  const field = random.pick(EXCLUSION_FIELDS);
  const { category } = specOf(field);
  const spread = random.pick([60, 300, 3_000]);
  const soon = (act: Act): readonly [number, Act] => [random.int(0, spread), impatient(random, act)];
  const fault = (): readonly [number, Act] => [0, { do: 'fault', fault: stanzaFault(random) }];
  return random.weighted<() => Episode>([
    [4, () => [fault(), fault(), [1, exclude(random, field)], soon(exclude(random, field))]],
    [3, () => [fault(), [1, block(random)], soon(block(random)), soon(phoneList(random, 'blocklist'))]],
    [
      4,
      () => [
        ...(random.chance(0.4) ? [fault()] : []),
        soon(exclude(random, field)),
        soon(phoneList(random, category)),
        soon(phoneList(random, category)),
        soon(random.chance(0.5) ? exclude(random, field) : update(random)),
      ],
    ],
    [1, () => [soon(exclude(random)), soon({ do: 'disconnect', ending: { how: 'fin' } }), soon(reading(random))]],
  ])();
}
