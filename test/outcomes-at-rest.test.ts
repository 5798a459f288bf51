import { getHashes, hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FIELDS, PROFILE_FIELDS } from '../src/privacy/fields.ts';
import { behindTheBack, bytes, everythingStored } from '../src/storage/storage.fixture.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

const UPDATE = `mutation ($input: UpdatePrivacyInput!) {
  updatePrivacy(instance: "shop", input: $input) { outcomes { field result current } stanzas }
}`;
const INPUT = { visibility: { lastSeen: 'CONTACTS', status: 'NONE' }, permissions: { callAdd: 'KNOWN' } };
/** What the service keeps that call by, in plain. */
const REQUEST = JSON.stringify(['calladd=known', 'last=contacts', 'status=none']);
const KEY = 'job-42';
const KEY_TEXT = JSON.stringify([KEY, 'updatePrivacy']);

let privet: TestPrivet;
let shop: LinkedInstance;

beforeAll(async () => {
  privet = await bootPrivet();
  shop = await privet.link('shop', '4915730000071');
});
afterAll(() => privet[Symbol.asyncDispose]());

async function update(): Promise<unknown> {
  const response = await fetch(`${privet.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${shop.token}`, 'idempotency-key': KEY },
    body: JSON.stringify({ query: UPDATE, variables: { input: INPUT } }),
  });
  return response.json();
}

/** Every update of the seven there can be, in plain: for each field not asked for, or one of its values. */
function requests(): string[] {
  const all = PROFILE_FIELDS.reduce<string[][]>(
    (some, { category, values }) =>
      some.flatMap((request) => [
        request,
        ...Object.values(values).map((value: string) => [...request, `${category}=${value}`]),
      ]),
    [[]],
  );
  return all.map((request) => JSON.stringify(request.toSorted()));
}

const HASHES = ['sha256', 'sha512', 'sha1', 'md5', 'sha3-256', 'blake2b512'].filter((name) =>
  getHashes().includes(name),
);

/** What somebody would look for who has the database alone: guesses in plain, and their plain hashes as bytes and as text. */
async function found(guesses: readonly string[]): Promise<string[]> {
  const stored = await everythingStored(privet.dataDir);
  const windows = new Set<string>();
  for (let at = 0; at + 6 <= stored.length; at += 1) windows.add(stored.toString('latin1', at, at + 6));
  const isThere = (needle: Buffer): boolean => windows.has(needle.toString('latin1', 0, 6)) && stored.includes(needle);
  return guesses.filter((guess) => {
    if (isThere(Buffer.from(guess))) return true;
    return HASHES.some((name) => {
      const digest = hash(name, guess, 'buffer');
      return [digest, Buffer.from(digest.toString('hex')), Buffer.from(digest.toString('base64'))].some(isThere);
    });
  });
}

async function ids(): Promise<{ tokenId: string; instanceId: string }> {
  const [row] = await behindTheBack(privet.dataDir, 'select caller_id, instance_id from outcomes');
  return { tokenId: String(row?.['caller_id']), instanceId: String(row?.['instance_id']) };
}

async function allGuesses(): Promise<string[]> {
  const { tokenId, instanceId } = await ids();
  const keys = Array.from({ length: 100 }, (_, n) => `job-${n}`).flatMap((key) => [
    key,
    ...['', 'updatePrivacy'].map((part) => JSON.stringify([key, part])),
    JSON.stringify([tokenId, JSON.stringify([key, 'updatePrivacy'])]),
  ]);
  const texts = requests().flatMap((request) => [request, JSON.stringify([instanceId, request])]);
  return [...keys, ...texts.filter((text) => text.length > 6), shop.phoneNumber, `+${shop.phoneNumber}`];
}

test('neither the key of a call nor what it asked for can be guessed from the database', async () => {
  const first = await update();
  expect(first).toMatchObject({ data: { updatePrivacy: { outcomes: [{}, {}, {}] } } });
  expect(await found(await allGuesses())).toEqual([]);

  // In plain hashes, as an earlier version kept it, the guesses find it: so they would find it above.
  const { tokenId, instanceId } = await ids();
  const plain = (text: string): string => bytes(hash('sha256', text));
  await behindTheBack(
    privet.dataDir,
    `update outcomes set key_hash = ${plain(KEY_TEXT)}, fingerprint = ${plain(JSON.stringify([instanceId, REQUEST]))}
      where caller_id = '${tokenId}'`,
  );
  expect(await found(await allGuesses())).toEqual([KEY_TEXT, JSON.stringify([instanceId, REQUEST])]);
});

test('nor can the settings that were observed last, value by value', async () => {
  const { status = '' } = privet.simulator.account(shop.phoneNumber).privacy;
  const guesses = [
    'of_tomorrow',
    ...FIELDS.flatMap(({ category, values }) =>
      Object.values(values).flatMap((value: string) => [
        `"${category}","${value}"`,
        `${category}=${value}`,
        JSON.stringify({ category, value }),
        JSON.stringify({ [category]: value }),
        ...(value.length > 6 ? [value] : []),
      ]),
    ),
  ];
  const sealed = async () =>
    (await behindTheBack(privet.dataDir, 'select sealed from observed_settings'))[0]?.['sealed'];
  const before = await sealed();
  privet.simulator.setPrivacy(shop.phoneNumber, 'of_tomorrow', 'of_tomorrow');
  await expect.poll(sealed).not.toEqual(before);
  expect(await found(guesses)).toEqual([]);

  const { id } = (await behindTheBack(privet.dataDir, 'select instance_id as id from observed_settings'))[0] ?? {};
  const plain = Buffer.from(`["status","${status}","last","of_tomorrow"]`).toString('hex');
  await behindTheBack(
    privet.dataDir,
    `update observed_settings set sealed = ${bytes(plain)} where instance_id = '${String(id)}'`,
  );
  expect(await found(guesses)).toEqual(['of_tomorrow', `"status","${status}"`]);
});
