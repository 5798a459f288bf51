import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Disconnect } from '../../simulator/simulator.ts';
import { fieldSpecs } from '../../src/privacy/fields.ts';
import {
  PrivacyDocument,
  StopInstanceDocument,
  UpdatePrivacyDocument,
  type UpdatePrivacyInput,
  type UpdatePrivacyMutation,
} from '../gql/graphql.ts';
import { ask, askFor, type Answer } from './ask.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './privet.ts';

const PENDING = 20;
/** From the answer's side: a call takes 30 s at most, and the way there and back. */
const ANSWERED_MS = 31_000;

type Way = Disconnect | 'stopped';

/** Each way in which a link ends, and where its instance is then. */
const WAYS = {
  reset: 'OPEN',
  close: 'OPEN',
  'ws-close': 'OPEN',
  'stream:503': 'OPEN',
  'stream:515': 'OPEN',
  'stream:516': 'LOGGED_OUT',
  replaced: 'REPLACED',
  device_removed: 'LOGGED_OUT',
  'stream:ack': 'OPEN',
  'stream:xml': 'OPEN',
  xmlstreamend: 'OPEN',
  'failure:503': 'OPEN',
  stopped: 'STOPPED',
} as const satisfies Partial<Record<Way, string>>;

/** What a call may come to as a whole where its instance is gone or its turn does not come. */
const REFUSALS = ['INSTANCE_NOT_CONNECTED', 'TIMEOUT'];

let privet: TestPrivet;
/** The nth of many different updates: two fields each. */
function inputOf(index: number): UpdatePrivacyInput {
  const lastSeen = (['NONE', 'CONTACTS', 'ALL', 'CONTACT_BLACKLIST'] as const)[index % 4] ?? 'ALL';
  const groupAdd = (['CONTACTS', 'CONTACT_BLACKLIST', 'ALL'] as const)[index % 3] ?? 'ALL';
  return { visibility: { lastSeen }, permissions: { groupAdd } };
}

interface Call {
  readonly answer: Answer<UpdatePrivacyMutation>;
  readonly tookMs: number;
}

async function update(linked: LinkedInstance, index: number): Promise<Call> {
  const from = performance.now();
  const variables = { instance: linked.name, input: inputOf(index) };
  const answer = await ask({ url: privet.url, token: linked.token }, UpdatePrivacyDocument, variables);
  return { answer, tookMs: performance.now() - from };
}

/** Each APPLIED was written, and read back later. */
function expectProven(phoneNumber: string, { answer }: Call): number {
  const { stanzas } = privet.simulator.account(phoneNumber);
  const applied = answer.data?.updatePrivacy?.outcomes.filter(({ result }) => result === 'APPLIED') ?? [];
  for (const { field, requested } of applied) {
    const spec = fieldSpecs.find((each) => each.field === field);
    const wire = Object.entries(spec?.values ?? {}).find(([name]) => name === requested)?.[1];
    const set = stanzas.findIndex(({ category, value }) => category === spec?.category && value === wire);
    const read = stanzas.findLastIndex(({ xmlns, type }) => xmlns === 'privacy' && type === 'get');
    expect({ field, requested, set: set >= 0, readBehind: read > set }).toMatchObject({ set: true, readBehind: true });
  }
  return applied.length;
}

async function endInTheMiddle(
  way: keyof typeof WAYS,
  phoneNumber: string,
): Promise<{ applied: number; failed: number }> {
  privet.simulator.createAccount(phoneNumber, { preKeys: 30 });
  const linked = await privet.link(`${way.replace(':', '-')}-${phoneNumber}`, phoneNumber);
  const match = { xmlns: 'privacy', type: 'set' };
  const fault = privet.simulator.addFault({ phoneNumber, match, do: 'silence', apply: true, times: 1 });
  const calls = Array.from({ length: PENDING }, (_, index) => update(linked, index));
  for (const end = Date.now() + 10_000; fault.hits === 0 && Date.now() < end;) await delay(2);
  if (way !== 'stopped') await privet.simulator.disconnect(phoneNumber, way);
  else await askFor(privet, StopInstanceDocument, { instance: linked.name });

  const answered = await Promise.all(calls);
  const met = { applied: 0, failed: 0 };
  for (const call of answered) {
    expect(call.tookMs).toBeLessThan(ANSWERED_MS);
    for (const { code } of call.answer.errors) expect(REFUSALS).toContain(code);
    for (const { code } of call.answer.data?.updatePrivacy?.failures ?? []) expect(code).not.toBe('REJECTED');
    met.applied += expectProven(phoneNumber, call);
    met.failed += (call.answer.data?.updatePrivacy?.failures.length ?? 0) + call.answer.errors.length;
  }
  const { state } = await privet.waitForState(linked.name, WAYS[way]);
  if (state === 'OPEN') {
    const { privacy } = await askFor(privet, PrivacyDocument, { instance: linked.name });
    const held = privet.simulator.account(phoneNumber).privacy;
    expect([privacy?.visibility.lastSeen, privacy?.permissions.groupAdd]).toEqual(
      [held['last'], held['groupadd']].map((value) => value?.toUpperCase()),
    );
  }
  return met;
}

/** Ends links of a service in each way, so many times, with updates pending on them. */
export function endLinksOfService(rounds: number): void {
  beforeAll(async () => {
    privet = await bootPrivet();
  });
  afterAll(() => privet[Symbol.asyncDispose]());

  test(`${Object.keys(WAYS).length} ways to end a link with ${PENDING} updates pending, ${rounds} times each`, async () => {
    const met = { applied: 0, failed: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const ways = Object.keys(WAYS) as (keyof typeof WAYS)[];
      const ended = ways.map((way, index) => endInTheMiddle(way, `4915210000${100 * round + index + 100}`));
      for (const { applied, failed } of await Promise.all(ended)) {
        met.applied += applied;
        met.failed += failed;
      }
    }
    process.stdout.write(`disconnects of the service: ${JSON.stringify(met)}\n`);
  }, 180_000);
}
