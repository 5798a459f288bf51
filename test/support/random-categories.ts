import { expect } from 'vitest';
import { WRITABLE } from '../../simulator/privacy.ts';
import { fieldSpecs, TIMER, type FieldSpec } from '../../src/privacy/fields.ts';
import type { TestPrivet } from './privet.ts';
import { seededRandom } from './random.ts';

const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) {
    outcomes { field result } failures { field code } warnings { field } stanzas
  }
}`;
const PLAN = `query ($instance: String!, $input: UpdatePrivacyInput!) {
  planPrivacy(instance: $instance, input: $input) { steps { field } unchanged warnings { code field } }
}`;
const EXCLUDE = `mutation ($instance: String!, $field: ExclusionField!, $input: UpdateExclusionsInput!) {
  updatePrivacyExclusions(instance: $instance, field: $field, input: $input) { failures { contact code } stanzas }
}`;
const BLOCK = `mutation ($instance: String!, $contacts: [String!]!) {
  blockContacts(instance: $instance, contacts: $contacts) { failures { contact code } stanzas }
}`;
const CAPABILITIES = 'query ($instance: String!) { instance(name: $instance) { capabilities { field } } }';

/** What no field stands for, and what no enum has. */
const STRANGE = ['cover_photo', 'groupcreation', 'dependentaccountmessages'];
const STRANGE_VALUES = ['error', 'of_tomorrow'];
interface Account {
  readonly name: string;
  readonly phoneNumber: string;
}

/** What one call asks of an account that has some of the categories, and what became of it. */
interface Told {
  /** Fields that were asked for. */
  readonly asked: readonly string[];
  /** Those that the answer says the account does not have. */
  readonly unsupported: readonly string[];
}

export interface Met {
  writes: number;
  unsupported: number;
}

/** So many accounts at a time; each has a seed of its own, and its calls come one after the other. */
const SIDE_BY_SIDE = 6;

/** Calls of every kind to accounts with random sets of categories: what an account does not have is never written. */
export async function fuzzCategories(
  privet: TestPrivet,
  { accounts, calls, seed }: { readonly accounts: number; readonly calls: number; readonly seed: number },
): Promise<Met> {
  const met: Met = { writes: 0, unsupported: 0 };
  for (let first = 0; first < accounts; first += SIDE_BY_SIDE) {
    const seeds = Array.from({ length: Math.min(SIDE_BY_SIDE, accounts - first) }, (_, index) => seed + first + index);
    await Promise.all(seeds.map((each) => fuzzAccount(privet, each, calls, met)));
  }
  return met;
}

async function fuzzAccount(privet: TestPrivet, seed: number, calls: number, met: Met): Promise<void> {
  const random = seededRandom(seed);
  const chance = (odds: number): boolean => random() < odds;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] ?? expect.unreachable();
  const some = <T>(values: readonly T[], odds: number): T[] => values.filter(() => chance(odds));
  const { simulator } = privet;

  const valueOf = (category: string): string =>
    chance(0.1) ? pick(STRANGE_VALUES) : pick(WRITABLE[category] ?? ['all']);
  const link = async (): Promise<Account> => {
    const phoneNumber = `49170${String(seed).padStart(7, '0')}`;
    const odds = random();
    const names = [...some(Object.keys(WRITABLE), odds), ...some(STRANGE, 0.3)];
    const privacy = Object.fromEntries(names.map((name) => [name, valueOf(name)]));
    simulator.createAccount(phoneNumber, { privacy, lid: chance(0.5), preKeys: 30 });
    return privet.link(`random-${seed}`, phoneNumber);
  };

  const inputOf = (specs: readonly FieldSpec[]) => {
    const input: Record<string, unknown> = { onFailure: pick(['CONTINUE', 'CONTINUE', 'STOP', 'ROLLBACK']) };
    for (const { section, name, values } of specs)
      input[section] = { ...(input[section] as object | undefined), [name]: pick(Object.keys(values)) };
    return input;
  };
  const send = async <T>(query: string, variables: object): Promise<T> => {
    const { data, errors } = await privet.graphql<T>(query, { ...variables });
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const post = async (method: string, path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', token: privet.token };
    const response = await fetch(privet.url + path, { method, headers, body: JSON.stringify(body) });
    return response.json();
  };

  const update = async ({ name: instance }: Account): Promise<Told> => {
    const specs = some(fieldSpecs, pick([0.1, 0.4, 1]));
    if (specs.length === 0) return { asked: [], unsupported: [] };
    const { updatePrivacy } = await send<{
      updatePrivacy: { failures: { field: string; code: string }[]; warnings: { field: string }[] };
    }>(UPDATE, { instance, input: inputOf(specs) });
    return { asked: specs.map(({ field }) => field), unsupported: unsupportedIn(updatePrivacy.failures) };
  };
  const plan = async ({ name: instance }: Account): Promise<Told> => {
    const specs = some(fieldSpecs, 0.5);
    if (specs.length === 0) return { asked: [], unsupported: [] };
    const { planPrivacy } = await send<{
      planPrivacy: { steps: { field: string }[]; warnings: { field: string; code: string }[] };
    }>(PLAN, { instance, input: inputOf(specs) });
    return { asked: specs.map(({ field }) => field), unsupported: unsupportedIn(planPrivacy.warnings) };
  };
  const people = simulator.createContacts(4).map(({ phoneNumber }) => `+${phoneNumber}`);
  const exclude = async ({ name: instance }: Account): Promise<Told> => {
    const { field } = pick(fieldSpecs.filter(({ exclusions }) => exclusions));
    const contacts = [pick(people)];
    const input = pick([{ add: contacts }, { remove: contacts }, { replace: people }, { replace: [] }]);
    const { updatePrivacyExclusions } = await send<{
      updatePrivacyExclusions: { failures: { contact: string; code: string }[] };
    }>(EXCLUDE, { instance, field, input });
    const failed = updatePrivacyExclusions.failures.filter(({ code }) => code === 'UNSUPPORTED');
    const isNamed = failed.length > 0 && failed.length === Object.values(input).flat().length;
    // Of nobody, nothing can be told.
    return { asked: input.replace?.length === 0 ? [] : [field], unsupported: isNamed ? [field] : [] };
  };
  const block = async ({ name: instance }: Account): Promise<Told> => {
    const contacts = people.slice(0, 2);
    const { blockContacts } = await send<{ blockContacts: { failures: unknown[] } }>(BLOCK, { instance, contacts });
    expect(blockContacts.failures).toEqual([]);
    return { asked: [], unsupported: [] };
  };
  /** Neither says more than its first failure. */
  const rest = async ({ name }: Account): Promise<undefined> => {
    const spec = pick(fieldSpecs.filter(({ profileRest }) => profileRest));
    const value = pick(Object.values(spec.values));
    await post('POST', `/api/profile/privacy/${name}`, { [spec.section]: { [spec.name]: value } });
  };
  const phoneChanges = async ({ name: instance, phoneNumber }: Account): Promise<undefined> => {
    const category = pick(Object.keys(WRITABLE));
    simulator.setPrivacy(phoneNumber, category, chance(0.5) ? null : valueOf(category));
    // What is known of the account is what it has again, before the next call.
    await expect
      .poll(async () => {
        const { instance: seen } = await send<{ instance: { capabilities: { field: string }[] } }>(CAPABILITIES, {
          instance,
        });
        return seen.capabilities.map(({ field }) => field);
      })
      .toEqual(fieldsOf(simulator.account(phoneNumber).privacy));
  };
  const KINDS: readonly ((account: Account) => Promise<Told | undefined>)[] = [
    update,
    update,
    update,
    plan,
    plan,
    rest,
    exclude,
    exclude,
    block,
    phoneChanges,
  ];

  const account = await link();
  for (let call = 1; call <= calls; call += 1) {
    const kind = pick(KINDS);
    const { privacy, stanzas } = simulator.account(account.phoneNumber);
    const told = await kind(account);
    const at = `seed ${seed}, call ${call}: ${kind.name}`;
    const written = simulator
      .account(account.phoneNumber)
      .stanzas.slice(stanzas.length)
      .flatMap(({ type, category }) => (type === 'set' && category !== undefined ? [category] : []));
    met.writes += written.length;
    const lacking = written.filter((category) => !Object.hasOwn(privacy, category));
    expect(lacking, at).toEqual([]);
    if (!told) continue;
    const has = fieldsOf(privacy);
    met.unsupported += told.unsupported.length;
    expect(told.unsupported, at).toEqual(told.asked.filter((field) => !has.includes(field)));
  }
}

/** The fields of an account that has these categories. */
const fieldsOf = (privacy: Readonly<Record<string, string>>): string[] =>
  fieldSpecs.filter(({ category }) => category === TIMER || Object.hasOwn(privacy, category)).map(({ field }) => field);

const unsupportedIn = (told: readonly { readonly field: string; readonly code: string }[]): string[] =>
  told.flatMap(({ field, code }) => (code === 'UNSUPPORTED' ? [field] : []));
