import { describe, expect, test } from 'vitest';
import { WRITABLE } from '../simulator/privacy.ts';
import { fieldSpecs, TIMER, type FieldSpec } from '../src/privacy/fields.ts';
import { sharedPrivet } from './support/shared-privet.ts';
import { codes, linkShop, type Shop } from './support/updating.ts';

const privet = await sharedPrivet();

/** The categories that have come to the seven. */
const MORE = fieldSpecs.filter(({ profileRest, category }) => !profileRest && category !== TIMER);
/** Every category that there is. */
const FULL = Object.fromEntries(Object.entries(WRITABLE).map(([category, [first = '']]) => [category, first]));

let count = 0;

/** An account with these categories, linked. */
async function shopWith(held: Readonly<Record<string, string>>): Promise<Shop> {
  const phoneNumber = `49170111${String(++count).padStart(4, '0')}`;
  privet.simulator.createAccount(phoneNumber, { privacy: held });
  return linkShop(privet, phoneNumber);
}

const inputOf = ({ section, name }: FieldSpec, value: string) => ({ [section]: { [name]: value } });

const full = await shopWith(FULL);
const bare = await shopWith({ last: 'all', cover_photo: 'all' });

describe.each(MORE.map((spec) => ({ name: spec.name, spec })))('$name', ({ spec }) => {
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

test('what is missing is left out of an update of all, and the rest is applied in one round trip', async () => {
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
