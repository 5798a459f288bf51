import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FIELDS } from '../src/privacy/fields.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { ALL_CHANGED, ALL_CHANGED_WIRE } from './support/settings.ts';

const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) {
    settings {
      id
      visibility { lastSeen status profile online }
      privacy { readReceipts }
      permissions { callAdd groupAdd }
      other { category value }
      observedAt
    }
    outcomes { field requested previous current result }
    failures { field requested current code message retryable }
    stanzas
  }
}`;

const PRIVACY = `query ($instance: String!) {
  privacy(instance: $instance) { visibility { lastSeen status } privacy { readReceipts } permissions { groupAdd } }
}`;

interface Settings {
  readonly visibility: Record<string, string | null>;
  readonly privacy: Record<string, string | null>;
  readonly permissions: Record<string, string | null>;
  readonly other: readonly { category: string; value: string }[];
}

interface Payload {
  readonly settings: Settings | null;
  readonly outcomes: readonly Record<string, string | null>[];
  readonly failures: readonly Record<string, unknown>[];
  readonly stanzas: number;
}

let privet: TestPrivet;
let linked: LinkedInstance;
let count = 0;

beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => {
  privet.simulator.clearFaults();
  privet.simulator.setRtt(0);
});

/** A freshly linked instance with the simulator's default settings: `all` everywhere. */
async function fresh(): Promise<LinkedInstance> {
  count += 1;
  linked = await privet.link(`shop-${count}`);
  return linked;
}

async function update(input: object): Promise<Payload> {
  const { data, errors } = await privet.graphql<{ updatePrivacy: Payload }>(UPDATE, { instance: linked.name, input });
  expect(errors).toBeUndefined();
  if (!data) throw new Error('no data');
  return data.updatePrivacy;
}

const held = (): Readonly<Record<string, string>> => privet.simulator.account(linked.phoneNumber).privacy;

/** Privacy stanzas the simulator received, as `category=value` or `read`, from the nth on. */
const sent = (): string[] =>
  privet.simulator
    .account(linked.phoneNumber)
    .stanzas.filter((stanza) => stanza.xmlns === 'privacy')
    .map(({ type, category, value }) => (type === 'get' ? 'read' : `${category}=${value}`));

const codes = ({ failures }: Payload): unknown[] => failures.map(({ field, code }) => [field, code]);

describe('without faults', () => {
  test('seven changed fields cost seven sets in order and one read; the same again costs one read', async () => {
    await fresh();
    const before = sent().length;
    const first = await update(ALL_CHANGED);
    expect(first.failures).toEqual([]);
    expect(first.stanzas).toBe(8);
    expect(first.outcomes.map(({ field, result }) => [field, result])).toEqual(
      FIELDS.map(({ field }) => [field, 'APPLIED']),
    );
    expect(held()).toMatchObject(ALL_CHANGED_WIRE);
    expect(first.settings).toMatchObject(ALL_CHANGED);
    expect(sent().slice(before)).toEqual([
      ...Object.entries(ALL_CHANGED_WIRE).map(([category, value]) => `${category}=${value}`),
      'read',
    ]);

    const again = await update(ALL_CHANGED);
    expect(again.stanzas).toBe(1);
    expect(again.outcomes.map(({ result }) => result)).toEqual(FIELDS.map(() => 'ALREADY_SET'));
    expect(again.failures).toEqual([]);
    expect(sent().slice(before + 8)).toEqual(['read']);
  });

  test('a set worked off later than the read behind it costs one more read and is APPLIED', async () => {
    await fresh();
    privet.simulator.addFault({ match: { xmlns: 'privacy', type: 'set' }, do: 'delay', delay: 'work', ms: 300 });
    const payload = await update({ visibility: { status: 'NONE' } });
    expect(payload).toMatchObject({ failures: [], stanzas: 3, outcomes: [{ field: 'STATUS', result: 'APPLIED' }] });
    expect(held()).toMatchObject({ status: 'none' });
  });

  test('what the version does not model is given as it is on the wire', async () => {
    await fresh();
    privet.simulator.setPrivacy(linked.phoneNumber, 'online', 'none', { notify: false });
    privet.simulator.setPrivacy(linked.phoneNumber, 'status', 'error', { notify: false });
    const { settings } = await update({ visibility: { lastSeen: 'NONE' } });
    expect(settings?.visibility).toMatchObject({ lastSeen: 'NONE', online: null, status: null });
    expect(settings?.other).toContainEqual({ category: 'online', value: 'none' });
    expect(settings?.other).toContainEqual({ category: 'messages', value: 'all' });
  });
});

describe('when WhatsApp does not do as asked', () => {
  test('a refused field fails with its code, and the other six are applied', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    privet.simulator.addFault({ match, do: 'error', code: 403 });
    const payload = await update(ALL_CHANGED);
    expect(payload.failures).toEqual([
      {
        field: 'STATUS',
        requested: 'CONTACTS',
        current: 'ALL',
        code: 'REJECTED',
        message: expect.stringContaining('403') as string,
        retryable: false,
      },
    ]);
    expect(held()).toMatchObject({ ...ALL_CHANGED_WIRE, status: 'all' });
    expect(payload.settings?.visibility).toMatchObject({ status: 'ALL', lastSeen: 'NONE' });
    expect(payload.outcomes.filter(({ result }) => result === 'APPLIED')).toHaveLength(6);
  });

  test('a swallowed reply to a set that took effect: APPLIED', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    privet.simulator.addFault({ match, do: 'silence', apply: true, times: 1 });
    expect(await update({ visibility: { status: 'NONE' } })).toMatchObject({
      failures: [],
      outcomes: [{ result: 'APPLIED', current: 'NONE' }],
    });
  });

  test('a swallowed set that took no effect: TIMED_OUT, and the link is not used for the next call', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    privet.simulator.addFault({ match, do: 'silence', apply: false, times: 1 });
    const payload = await update({ visibility: { status: 'NONE', lastSeen: 'NONE' } });
    expect(codes(payload)).toEqual([['STATUS', 'TIMED_OUT']]);
    expect(payload.settings?.visibility).toMatchObject({ status: 'ALL', lastSeen: 'NONE' });
    const before = sent().length;
    expect(await update({ visibility: { status: 'NONE' } })).toMatchObject({ failures: [], stanzas: 2 });
    // The first read is that of the new connection.
    expect(sent().slice(before)).toEqual(['read', 'status=none', 'read']);
  });

  test('everything is swallowed: the call ends within its deadline, without settings and without success', async () => {
    await fresh();
    privet.simulator.addFault({ match: { xmlns: 'privacy' }, do: 'silence', apply: false });
    const started = performance.now();
    const payload = await update({ visibility: { status: 'NONE', lastSeen: 'ALL' } });
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(payload.settings).toBeNull();
    expect(codes(payload)).toEqual([
      ['LAST_SEEN', 'UNVERIFIED'],
      ['STATUS', 'TIMED_OUT'],
    ]);
  }, 40_000);

  test.each([
    ['applied', true, []],
    ['lost', false, [['STATUS', 'CONNECTION_LOST']]],
  ] as const)(
    'the socket closes in the middle, the set is %s: the truth is read after the reconnect',
    async (_, apply, failed) => {
      await fresh();
      const match = { xmlns: 'privacy', type: 'set', category: 'status' };
      privet.simulator.addFault({ match, do: 'close', apply, times: 1 });
      const payload = await update({ visibility: { lastSeen: 'NONE', status: 'NONE' } });
      expect(codes(payload)).toEqual(failed);
      expect(payload.settings?.visibility).toMatchObject({ lastSeen: 'NONE', status: apply ? 'NONE' : 'ALL' });
      const { data } = await privet.graphql(PRIVACY, { instance: linked.name });
      expect(data).toMatchObject({ privacy: { visibility: { lastSeen: 'NONE', status: apply ? 'NONE' : 'ALL' } } });
    },
  );

  test('the server goes away for good in the middle: the call ends by failures', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    const fault = privet.simulator.addFault({ match, do: 'silence', apply: true });
    const running = update({ visibility: { lastSeen: 'NONE', status: 'NONE' } });
    while (fault.hits === 0) await delay(10);
    await privet.simulator.pause();
    const payload = await running;
    await privet.simulator.resume();
    // The read behind the writes may have been answered before; what it showed is the truth, the rest is a failure.
    for (const outcome of payload.outcomes) {
      if (outcome['result'] === 'APPLIED') expect(outcome['current']).toBe('NONE');
      else expect(payload.failures.map(({ field }) => field)).toContain(outcome['field']);
    }
    await privet.waitForState(linked.name, 'OPEN');
  }, 60_000);

  test('another client changes the field in the middle: nothing is APPLIED that a read did not show', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'get' };
    // The read-back is worked off late, behind the other client's change.
    privet.simulator.addFault({ match, do: 'delay', delay: 'work', ms: 300, times: 1 });
    const running = update({ visibility: { status: 'NONE' } });
    await delay(100);
    privet.simulator.setPrivacy(linked.phoneNumber, 'status', 'contacts');
    const payload = await running;
    expect(payload.failures).toMatchObject([{ field: 'STATUS', code: 'MISMATCH', current: 'CONTACTS' }]);
    expect(held()).toMatchObject({ status: 'contacts' });
  });

  test('a category that the account does not have is never written', async () => {
    const phoneNumber = '491700000042';
    const { calladd: _, ...privacy } = { ...ALL_CHANGED_WIRE, messages: 'all' };
    privet.simulator.createAccount(phoneNumber, { privacy });
    linked = await privet.link('without-calls', phoneNumber);
    const before = sent().length;
    const payload = await update({ permissions: { callAdd: 'KNOWN' } });
    expect(codes(payload)).toEqual([['CALL_ADD', 'UNSUPPORTED']]);
    expect(sent().slice(before)).toEqual(['read']);
    expect(payload.settings?.permissions).toMatchObject({ callAdd: null });
  });
});

describe('when the call can not be made', () => {
  test('an instance that is stopped: INSTANCE_NOT_CONNECTED', async () => {
    await fresh();
    await privet.graphql('mutation ($i: String!) { stopInstance(instance: $i) { state } }', { i: linked.name });
    const { errors } = await privet.graphql(UPDATE, { instance: linked.name, input: ALL_CHANGED });
    expect(errors?.[0]).toMatchObject({
      message: 'Instance is not connected to WhatsApp',
      extensions: { code: 'INSTANCE_NOT_CONNECTED' },
    });
  });

  test.each([[{}], [{ visibility: {} }], [{ visibility: { lastSeen: null }, privacy: null }]])(
    'nothing asked for in %j: BAD_USER_INPUT',
    async (input) => {
      const { errors } = await privet.graphql(UPDATE, { instance: linked.name, input });
      expect(errors?.[0]).toMatchObject({
        message: 'At least one privacy setting must be provided',
        extensions: { code: 'BAD_USER_INPUT' },
      });
    },
  );

  test('a value that the field does not take: the message names the field and what it takes', async () => {
    await fresh();
    const before = sent().length;
    const input = { visibility: { status: 'NONE' }, permissions: { callAdd: 'CONTACTS' } };
    const { errors } = await privet.graphql(UPDATE, { instance: linked.name, input });
    expect(errors?.[0]?.message).toContain('callAdd');
    expect(errors?.[0]?.message).toContain('ALL, KNOWN');
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(sent().slice(before)).toEqual([]);
  });
});

describe('several calls at once', () => {
  test('updates of one instance come one after the other, and each tells what it brought about', async () => {
    await fresh();
    const [a, b] = await Promise.all([
      update({ visibility: { status: 'NONE' } }),
      update({ visibility: { status: 'CONTACTS' } }),
    ]);
    expect(a.outcomes).toMatchObject([{ result: 'APPLIED', current: 'NONE' }]);
    expect(b.outcomes).toMatchObject([{ result: 'APPLIED', previous: 'NONE', current: 'CONTACTS' }]);
  });

  test('readers share a read that was not sent yet', async () => {
    await fresh();
    const before = sent().length;
    // While the first read is on its way, all the others come.
    privet.simulator.addFault({
      match: { xmlns: 'privacy', type: 'get' },
      do: 'delay',
      delay: 'reply',
      ms: 2_000,
      times: 1,
    });
    // As many as one token may have at a time.
    await Promise.all(Array.from({ length: 10 }, () => privet.graphql(PRIVACY, { instance: linked.name })));
    expect(sent().length - before).toBe(2);
  });
});
