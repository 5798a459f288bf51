import { describe, expect, test } from 'vitest';
import { DefaultDisappearingChangesDocument } from './gql/graphql.ts';
import { openEventStream } from './support/event-stream.ts';
import { sharedPrivet } from './support/shared-privet.ts';
import { codes, linkShop, type Payload, type Shop } from './support/updating.ts';

const privet = await sharedPrivet();

const TIMER_READ = { xmlns: 'usync', type: 'get' } as const;
const TIMER_WRITE = { xmlns: 'disappearing_mode', type: 'set' } as const;

const UPDATE = `mutation ($i: String!, $input: UpdatePrivacyInput!) { updatePrivacy(instance: $i, input: $input) {
  settings { privacy { defaultDisappearing } other { category } }
  outcomes { field requested previous current result } failures { field code message retryable } stanzas
} }`;
const READ = 'query ($i: String!) { privacy(instance: $i) { privacy { defaultDisappearing } } }';

const PLAN = `query ($i: String!, $input: UpdatePrivacyInput!) { planPrivacy(instance: $i, input: $input) {
  steps { field from to } stanzas warnings { code }
} }`;

const DAY = { privacy: { defaultDisappearing: 'DAY_1' } };
const OFF = { privacy: { defaultDisappearing: 'OFF' } };

/** What is about settings, in the order in which WhatsApp got it. */
const sentBy = ({ phoneNumber }: Shop): string[] =>
  privet.simulator.account(phoneNumber).stanzas.flatMap(({ xmlns, type, category, value, node }) => {
    if (xmlns === 'privacy') return [type === 'get' ? 'read' : `${category}=${value}`];
    if (xmlns === 'usync' && JSON.stringify(node).includes('disappearing_mode')) return ['timer'];
    if (xmlns !== 'disappearing_mode') return [];
    const [child] = Array.isArray(node.content) ? node.content : [];
    return [`timer=${child?.attrs['duration']}`];
  });

async function update(shop: Shop, input: object): Promise<Payload & { sent: string[] }> {
  const before = sentBy(shop).length;
  const { data, errors } = await privet.graphql<{ updatePrivacy: Payload }>(UPDATE, { i: shop.name, input });
  expect(errors).toBeUndefined();
  return { ...(data?.updatePrivacy ?? expect.unreachable()), sent: sentBy(shop).slice(before) };
}

/** What a fresh read says. */
async function timerOf({ name }: Shop): Promise<string | null> {
  const { data, errors } = await privet.graphql<{ privacy: { privacy: { defaultDisappearing: string | null } } }>(
    READ,
    {
      i: name,
    },
  );
  expect(errors).toBeUndefined();
  return data?.privacy.privacy.defaultDisappearing ?? null;
}

const heldBy = ({ phoneNumber }: Shop): number => privet.simulator.account(phoneNumber).timer;

function phone(lid: boolean): string {
  const phoneNumber = lid ? '491701110201' : '491701110202';
  privet.simulator.createAccount(phoneNumber, { lid });
  return phoneNumber;
}

describe.each([{ kind: 'with a LID' }, { kind: 'without a LID' }])('an account $kind', async ({ kind }) => {
  const shop = await linkShop(privet, phone(kind === 'with a LID'));

  test('each value is set and read back, after a read where the timer is not known', async () => {
    const first = await update(shop, DAY);
    expect(first).toMatchObject({
      failures: [],
      outcomes: [
        { field: 'DEFAULT_DISAPPEARING', requested: 'DAY_1', previous: 'OFF', current: 'DAY_1', result: 'APPLIED' },
      ],
      settings: DAY,
      stanzas: 5,
      sent: ['read', 'timer', 'timer=86400', 'read', 'timer'],
    });
    for (const [value, seconds] of [
      ['DAYS_7', 604_800],
      ['DAYS_90', 7_776_000],
      ['OFF', 0],
    ]) {
      const payload = await update(shop, { privacy: { defaultDisappearing: value } });
      expect(payload).toMatchObject({ failures: [], outcomes: [{ current: value, result: 'APPLIED' }], stanzas: 3 });
      expect(payload.sent).toEqual([`timer=${seconds}`, 'read', 'timer']);
      expect([heldBy(shop), await timerOf(shop)]).toEqual([seconds, value]);
    }
  });

  test('the same again writes nothing', async () => {
    expect(await update(shop, OFF)).toMatchObject({
      failures: [],
      outcomes: [{ result: 'ALREADY_SET' }],
      sent: ['read', 'timer'],
      stanzas: 2,
    });
  });
});

const shop = await linkShop(privet);
const timer = (fault: object) => shop.addFault({ match: TIMER_READ, do: 'error', code: 403, ...fault });

test('a write that WhatsApp refuses is named with its code', async () => {
  shop.addFault({ match: TIMER_WRITE, do: 'error', code: 406 });
  const payload = await update(shop, DAY);
  expect(codes(payload)).toEqual([['DEFAULT_DISAPPEARING', 'REJECTED']]);
  expect(payload.settings).toMatchObject(OFF);
});

test('what others ask for costs as much as without it, and shows it where it is asked for alone', async () => {
  const { stanzas, settings, sent } = await update(shop, { visibility: { status: 'NONE' } });
  expect({ stanzas, settings }).toMatchObject({ stanzas: 2, settings: OFF });
  // The answer shows the timer, which that update did not read.
  expect(sent).toEqual(['status=none', 'read', 'timer']);
  const before = sentBy(shop).length;
  await shop.update({ visibility: { status: 'ALL' } });
  await privet.graphql('query ($i: String!) { privacy(instance: $i) { privacy { defense } } }', { i: shop.name });
  expect(sentBy(shop).slice(before)).toEqual(['status=all', 'read', 'read']);
});

test('while WhatsApp does not show it, nothing is written, and it is not known; the rest is applied', async () => {
  using _ = timer({});
  await privet.simulator.disconnect(shop.phoneNumber, 'close');
  await privet.waitForState(shop.name, 'OPEN');
  const before = sentBy(shop).length;
  const input = { ...DAY, permissions: { callAdd: 'KNOWN' } };
  const payload = await shop.update(input);
  expect(codes(payload)).toEqual([['DEFAULT_DISAPPEARING', 'UNVERIFIED']]);
  expect(payload.outcomes).toMatchObject([
    { field: 'CALL_ADD', result: 'APPLIED' },
    { current: null, previous: null },
  ]);
  expect(sentBy(shop).slice(before)).not.toContain('timer=86400');
});

test('a read that WhatsApp refuses is an error of that field; the other settings are there', async () => {
  using _ = timer({});
  const query = READ.replace('privacy {', 'visibility { lastSeen } privacy {');
  const { data, errors } = await privet.graphql(query, { i: shop.name });
  expect(data).toEqual({ privacy: { visibility: { lastSeen: 'ALL' }, privacy: { defaultDisappearing: null } } });
  expect(errors).toMatchObject([
    { path: ['privacy', 'privacy', 'defaultDisappearing'], extensions: { code: 'WHATSAPP_ERROR' } },
  ]);
});

test('an acknowledged write that WhatsApp did not do is not applied', async () => {
  await update(shop, OFF);
  shop.addFault({ match: TIMER_WRITE, do: 'empty', apply: false });
  expect(codes(await update(shop, DAY))).toEqual([['DEFAULT_DISAPPEARING', 'MISMATCH']]);
  expect(heldBy(shop)).toBe(0);
});

describe('on terms', () => {
  const refuseStatus = () =>
    shop.addFault({ match: { xmlns: 'privacy', type: 'set', category: 'status' }, do: 'error', code: 403, times: 1 });

  test('ROLLBACK puts it back where another field failed', async () => {
    await update(shop, OFF);
    refuseStatus();
    const input = { ...DAY, visibility: { status: 'NONE' }, onFailure: 'ROLLBACK' };
    const payload = await update(shop, input);
    expect(codes(payload)).toContainEqual(['STATUS', 'REJECTED']);
    expect(payload.settings).toMatchObject(OFF);
    expect([heldBy(shop), await timerOf(shop)]).toEqual([0, 'OFF']);
  });

  test('STOP leaves it where a field before it failed', async () => {
    refuseStatus();
    const payload = await update(shop, { ...DAY, visibility: { status: 'NONE' }, onFailure: 'STOP' });
    expect(codes(payload)).toEqual([
      ['STATUS', 'REJECTED'],
      ['DEFAULT_DISAPPEARING', 'SKIPPED'],
    ]);
    expect(payload.sent).not.toContain('timer=86400');
    expect(heldBy(shop)).toBe(0);
  });

  test('a plan has it last, and asks WhatsApp for it only where it is not known', async () => {
    const plan = async ({ name }: Shop) => {
      const input = { ...DAY, permissions: { stickers: 'NONE' } };
      const { data } = await privet.graphql(PLAN, { i: name, input });
      return data;
    };
    const steps = [
      { field: 'STICKERS', from: 'CONTACTS', to: 'NONE' },
      { field: 'DEFAULT_DISAPPEARING', from: 'OFF', to: 'DAY_1' },
    ];
    const fresh = await linkShop(privet);
    const before = sentBy(fresh).length;
    expect(await plan(fresh)).toMatchObject({ planPrivacy: { steps, warnings: [] } });
    expect(sentBy(fresh).slice(before)).toEqual(['timer']);
    expect(await plan(fresh)).toMatchObject({ planPrivacy: { steps, warnings: [], stanzas: 4 } });
    expect(sentBy(fresh).slice(before)).toEqual(['timer']);
    const payload = await update(fresh, { ...DAY, permissions: { stickers: 'NONE' } });
    expect(payload).toMatchObject({ failures: [], stanzas: 4 });
  });
});

describe('changed on the phone', async () => {
  // One of which nothing is read later because of an update that may land yet.
  const shop = await linkShop(privet);
  const set = (seconds: number): void => privet.simulator.setTimer(shop.phoneNumber, seconds);

  test('it is announced, and what watches the settings is told', async () => {
    expect(await timerOf(shop)).toBe('OFF');
    const stream = await openEventStream(privet, DefaultDisappearingChangesDocument, { instance: shop.name });
    expect((await stream.data()).privacy?.privacy).toEqual({ defaultDisappearing: 'OFF' });
    set(604_800);
    await stream.until(({ privacy }) => privacy?.privacy.defaultDisappearing === 'DAYS_7');
    const query = 'query ($i: String!) { instance(name: $i) { lastSettings { privacy { defaultDisappearing } } } }';
    const before = sentBy(shop).length;
    const { data } = await privet.graphql(query, { i: shop.name });
    expect(data).toEqual({ instance: { lastSettings: { privacy: { defaultDisappearing: 'DAYS_7' } } } });
    expect(sentBy(shop).slice(before)).toEqual([]);
    // Nobody announces what changed before the connection was lost, and was not told of.
    privet.simulator.setTimer(shop.phoneNumber, 0, { notify: false });
    await privet.simulator.disconnect(shop.phoneNumber, 'stream:515');
    await stream.until(({ privacy }) => privacy?.privacy.defaultDisappearing === 'OFF');
  });

  test('an update is not planned from what was read before it', async () => {
    await update(shop, OFF);
    privet.simulator.setTimer(shop.phoneNumber, 86_400);
    const payload = await update(shop, OFF);
    expect(payload).toMatchObject({ failures: [], outcomes: [{ result: 'APPLIED', current: 'OFF' }] });
    expect(heldBy(shop)).toBe(0);
  });

  test('to what a linked device can not set: null, and shown as it is on the wire', async () => {
    set(3_600);
    const { data } = await privet.graphql(
      'query ($i: String!) { privacy(instance: $i) { privacy { defaultDisappearing } } }',
      { i: shop.name },
    );
    expect(data).toEqual({ privacy: { privacy: { defaultDisappearing: null } } });
    const payload = await update(shop, DAY);
    expect(payload.outcomes).toMatchObject([{ previous: '3600', current: 'DAY_1', result: 'APPLIED' }]);
  });
});

test('settings that nobody asked for it show none: it is not known', async () => {
  const fresh = await linkShop(privet);
  const stream = await openEventStream(privet, DefaultDisappearingChangesDocument, { instance: fresh.name });
  expect((await stream.data()).privacy?.privacy).toEqual({ defaultDisappearing: null });
  expect(sentBy(fresh)).toEqual(['read']);
  // Once it is known, who watches is told.
  expect(await timerOf(fresh)).toBe('OFF');
  await stream.until(({ privacy }) => privacy?.privacy.defaultDisappearing === 'OFF');
});

test('those who ask for it together share its read, too', async () => {
  const before = sentBy(shop).length;
  shop.addFault({ match: TIMER_READ, do: 'delay', delay: 'reply', ms: 1_000, times: 1 });
  await Promise.all(Array.from({ length: 10 }, () => timerOf(shop)));
  expect(
    sentBy(shop)
      .slice(before)
      .filter((sent) => sent === 'timer'),
  ).toHaveLength(2);
});
