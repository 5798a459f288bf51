import { describe, expect, test } from 'vitest';
import { WRITABLE } from '../simulator/privacy.ts';
import { fieldSpecs, TIMER, type FieldSpec } from '../src/privacy/fields.ts';
import { CapabilitiesDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { sharedPrivet } from './support/shared-privet.ts';
import { codes, linkShop, type Shop } from './support/updating.ts';

const privet = await sharedPrivet();

/** The categories that have come to the seven. */
const MORE = fieldSpecs.filter(({ profileRest, category }) => !profileRest && category !== TIMER);
/** Every category that there is. */
const FULL = Object.fromEntries(Object.entries(WRITABLE).map(([category, [first = '']]) => [category, first]));

let count = 0;

/** An account with these categories, linked. */
async function shopWith(held: Readonly<Record<string, string>>, lid = true): Promise<Shop> {
  const phoneNumber = `49170111${String(++count).padStart(4, '0')}`;
  privet.simulator.createAccount(phoneNumber, { privacy: held, lid });
  return linkShop(privet, phoneNumber);
}

const inputOf = ({ section, name }: FieldSpec, value: string) => ({ [section]: { [name]: value } });

const BARE = { last: 'all', cover_photo: 'all' };
const ACCOUNTS = [
  { kind: 'an account with a LID', full: await shopWith(FULL), bare: await shopWith(BARE) },
  { kind: 'an account without a LID', full: await shopWith(FULL, false), bare: await shopWith(BARE, false) },
] as const;
const [{ full, bare }] = ACCOUNTS;

const CASES = ACCOUNTS.flatMap((account) => MORE.map((spec) => ({ ...account, name: spec.name, spec })));

describe.each(CASES)('$name of $kind', ({ spec, full, bare }) => {
  const values = Object.entries(spec.values);

  test('each of its values is set, and read back', async () => {
    // The first one is what the account holds.
    for (const [name, wire] of [...values.slice(1), ...values.slice(0, 1)]) {
      const before = full.sent().length;
      const payload = await full.update(inputOf(spec, name));
      expect(payload).toMatchObject({
        failures: [],
        outcomes: [{ field: spec.field, requested: name, current: name, result: 'APPLIED' }],
        settings: inputOf(spec, name),
        stanzas: 2,
      });
      expect(full.held()).toEqual({ ...FULL, [spec.category]: wire });
      expect(full.sent().slice(before)).toEqual([`${spec.category}=${wire}`, 'read']);
      expect(payload.settings?.other).toEqual([]);
    }
  });

  test('refused by WhatsApp: it is named with its code, and stays as it was', async () => {
    const match = { xmlns: 'privacy', type: 'set', category: spec.category };
    full.addFault({ match, do: 'error', code: 403 });
    const [[first = ''] = [], [last = ''] = []] = [values[0], values.at(-1)];
    const payload = await full.update(inputOf(spec, last));
    expect(codes(payload)).toEqual([[spec.field, 'REJECTED']]);
    expect(payload.settings).toMatchObject(inputOf(spec, first));
    expect(full.held()).toEqual(FULL);
  });

  test('missing in what WhatsApp shows of the account: it is not written, whatever is asked for', async () => {
    for (const [name] of values) {
      const before = bare.sent().length;
      const payload = await bare.update(inputOf(spec, name));
      expect(codes(payload)).toEqual([[spec.field, 'UNSUPPORTED']]);
      expect(payload.settings?.[spec.section]).toMatchObject({ [spec.name]: null });
      expect(bare.sent().slice(before)).toEqual(['read']);
    }
  });
});

test('what is missing is not written by an update of all, and the rest is applied in one round trip', async () => {
  const { defense: _, ...held } = FULL;
  const shop = await shopWith(held);
  const before = shop.sent().length;
  const payload = await shop.update({
    visibility: { linkedProfiles: 'NONE', pix: 'CONTACTS' },
    privacy: { defense: 'ON_STANDARD' },
    permissions: { messages: 'CONTACTS', stickers: 'NONE' },
  });
  expect(codes(payload)).toEqual([['DEFENSE', 'UNSUPPORTED']]);
  expect(shop.sent().slice(before)).toEqual([
    'messages=contacts',
    'stickers=none',
    'linked_profiles=none',
    'pix=contacts',
    'read',
  ]);
});

test('a read shows them where the account has them, and as other only what no field stands for', async () => {
  const query = `query ($i: String!) { privacy(instance: $i) {
    visibility { linkedProfiles pix } privacy { defense } permissions { messages stickers } other { category value }
  } }`;
  const shown = async ({ name }: Shop): Promise<unknown> => {
    const { data } = await privet.graphql<{ privacy: unknown }>(query, { i: name });
    return data?.privacy;
  };
  expect(await shown(full)).toEqual({
    visibility: { linkedProfiles: 'ALL', pix: 'ALL' },
    privacy: { defense: 'OFF' },
    permissions: { messages: 'ALL', stickers: 'CONTACTS' },
    other: [],
  });
  expect(await shown(bare)).toEqual({
    visibility: { linkedProfiles: null, pix: null },
    privacy: { defense: null },
    permissions: { messages: null, stickers: null },
    other: [{ category: 'cover_photo', value: 'all' }],
  });
});

describe('Instance.capabilities', () => {
  const capabilitiesOf = async ({ name }: { name: string }) => {
    const { instances } = await askFor(privet, CapabilitiesDocument, { first: 100 });
    return instances.nodes.find((node) => node.name === name)?.capabilities;
  };
  const TIMER_VALUES = {
    field: 'DEFAULT_DISAPPEARING',
    values: ['OFF', 'DAY_1', 'DAYS_7', 'DAYS_90'],
    exclusions: false,
  };

  test('what the account has, in the order of the table, with what it can be set to', async () => {
    const capabilities = await capabilitiesOf(full);
    expect(capabilities?.map(({ field }) => field)).toEqual(fieldSpecs.map(({ field }) => field));
    expect(capabilities?.filter(({ exclusions }) => exclusions).map(({ field }) => field)).toEqual([
      'LAST_SEEN',
      'STATUS',
      'PROFILE',
      'GROUP_ADD',
    ]);
    const audience = ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'];
    expect(await capabilitiesOf(bare)).toEqual([
      { field: 'LAST_SEEN', values: audience, exclusions: true },
      TIMER_VALUES,
    ]);
  });

  test('nothing that is there fails as unsupported, and all that is not there does', async () => {
    const { online: _, pix: __, messages: ___, ...held } = FULL;
    const shop = await shopWith(held);
    const fields = (await capabilitiesOf(shop))?.map(({ field }) => field) ?? [];
    const input: Record<string, Record<string, string>> = {};
    for (const { section, name, values } of fieldSpecs) (input[section] ??= {})[name] = Object.keys(values)[0] ?? '';
    const unsupported = codes(await shop.update(input));
    expect(unsupported).toEqual(['ONLINE', 'MESSAGES', 'PIX'].map((field) => [field, 'UNSUPPORTED']));
    expect(fields).toEqual(
      fieldSpecs.map(({ field }) => field).filter((each) => !['ONLINE', 'MESSAGES', 'PIX'].includes(each)),
    );
  });

  test('what the account loses goes, what it gets comes; nothing is asked for it, and it stays when it is stopped', async () => {
    const shop = await shopWith({ last: 'all' });
    privet.simulator.setPrivacy(shop.phoneNumber, 'last', null);
    privet.simulator.setPrivacy(shop.phoneNumber, 'defense', 'on_standard');
    const expected = [{ field: 'DEFENSE', values: ['OFF', 'ON_STANDARD'], exclusions: false }, TIMER_VALUES];
    await expect.poll(() => capabilitiesOf(shop)).toEqual(expected);
    const before = privet.simulator.account(shop.phoneNumber).stanzas.length;
    await privet.graphql('mutation ($i: String!) { stopInstance(instance: $i) { state } }', { i: shop.name });
    expect(await capabilitiesOf(shop)).toEqual(expected);
    expect(privet.simulator.account(shop.phoneNumber).stanzas.length).toBe(before);
  });

  test('none where nothing was observed yet, and none for a token that may not read', async () => {
    await privet.graphql('mutation { createInstance(name: "unlinked") { token } }');
    expect(await capabilitiesOf({ name: 'unlinked' })).toEqual([]);
    const { data } = await privet.graphql<{ createToken: { token: string } }>(
      'mutation ($i: String!) { createToken(input: { instance: $i, scopes: [WRITE] }) { token } }',
      { i: bare.name },
    );
    const query = '{ viewer { token { instance { capabilities { field } } } } }';
    const seen = await privet.graphql(query, {}, data?.createToken.token);
    expect(seen.data).toEqual({ viewer: { token: { instance: { capabilities: [] } } } });
  });
});
