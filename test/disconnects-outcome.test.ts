import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Disconnect, FaultHandle } from '../simulator/simulator.ts';
import { fieldSpecs } from '../src/privacy/fields.ts';
import { PrivacyDocument, UpdatePrivacyDocument, type UpdatePrivacyMutation } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

/** Each way in which WhatsApp, or the network, ends a link after which the instance comes back by itself. */
const WAYS = [
  'stream:515',
  'stream:500',
  'stream:503',
  'stream:ack',
  'stream:xml',
  'xmlstreamend',
  'failure:503',
  'unreadable frame',
  'close',
  'ws-close',
  'reset',
] as const satisfies readonly (Disconnect | 'unreadable frame')[];

type Way = (typeof WAYS)[number];
type Payload = NonNullable<UpdatePrivacyMutation['updatePrivacy']>;

const INPUT = { visibility: { lastSeen: 'NONE', status: 'CONTACTS' }, permissions: { groupAdd: 'CONTACTS' } } as const;
const WANTED = { last: 'none', status: 'contacts', groupadd: 'contacts' };
const WRITTEN = Object.keys(WANTED);

let privet: TestPrivet;
const linked = new Map<Way, LinkedInstance>();
beforeAll(async () => {
  privet = await bootPrivet();
  await Promise.all(WAYS.map(async (way) => linked.set(way, await privet.link(way.replaceAll(/\W/g, '-')))));
});
afterAll(() => privet[Symbol.asyncDispose]());

function instanceOf(way: Way): LinkedInstance {
  const instance = linked.get(way);
  if (!instance) throw new RangeError(`Nothing is linked for ${way}`);
  return instance;
}

/** Open, and with each setting as it is at first. */
async function fresh(way: Way): Promise<LinkedInstance> {
  const instance = instanceOf(way);
  await privet.waitForState(instance.name, 'OPEN');
  for (const category of WRITTEN) {
    privet.simulator.setPrivacy(instance.phoneNumber, category, 'all', { notify: false });
  }
  await askFor(privet, PrivacyDocument, { instance: instance.name });
  return instance;
}

function end({ phoneNumber }: LinkedInstance, way: Way): void {
  if (way === 'unreadable frame') {
    privet.simulator.sendFrames(phoneNumber, [{ as: 'sealed', data: randomBytes(64) }]);
    return;
  }
  // It resolves when the server has seen the close, which need not be waited for.
  privet.simulator.disconnect(phoneNumber, way).catch(() => undefined);
}

async function struck(faults: readonly FaultHandle[], times: number): Promise<void> {
  const hits = (): number => faults.reduce((sum, fault) => sum + fault.hits, 0);
  for (const limit = Date.now() + 10_000; hits() < times;) {
    if (Date.now() > limit) throw new Error(`The stanzas did not come: ${hits()} of ${times}`);
    await delay(1);
  }
}

/** Where in an update the link ends: what is left unanswered until then, and what holds in the end. */
const MOMENTS = {
  'before any write took effect': { swallowed: WRITTEN, applied: [], read: false },
  'between the writes': { swallowed: ['status', 'groupadd'], applied: ['status'], read: false },
  'when all writes took effect and none was answered': { swallowed: WRITTEN, applied: WRITTEN, read: false },
  'after the writes': { swallowed: [], applied: [], read: true },
} as const;

type Moment = keyof typeof MOMENTS;

/** Runs `call` on a fresh instance, and ends its link at that moment. */
async function endIn<T>(way: Way, moment: Moment, call: (instance: LinkedInstance) => Promise<T>): Promise<T> {
  const instance = await fresh(way);
  const { phoneNumber } = instance;
  const { swallowed, applied, read } = MOMENTS[moment];
  using stack = new DisposableStack();
  const silence = (match: { type: string; category?: string }, apply: boolean): FaultHandle =>
    stack.use(
      privet.simulator.addFault({
        phoneNumber,
        match: { xmlns: 'privacy', ...match },
        do: 'silence',
        apply,
        times: 1,
      }),
    );
  const faults = [
    ...swallowed.map((category) =>
      silence({ type: 'set', category }, (applied as readonly string[]).includes(category)),
    ),
    ...(read ? [silence({ type: 'get' }, false)] : []),
  ];
  const called = call(instance);
  await struck(faults, faults.length);
  end(instance, way);
  return called;
}

const update = async ({ name }: LinkedInstance): Promise<Payload> => {
  const { updatePrivacy } = await askFor(privet, UpdatePrivacyDocument, { instance: name, input: INPUT });
  if (!updatePrivacy) throw new Error('The update came to nothing');
  return updatePrivacy;
};

/** The answer tells what WhatsApp holds: all of it, and nothing else. */
function expectTruth({ phoneNumber }: LinkedInstance, { settings, outcomes, failures }: Payload): void {
  const held = privet.simulator.account(phoneNumber).privacy;
  expect(settings).toMatchObject({
    visibility: { lastSeen: held['last']?.toUpperCase(), status: held['status']?.toUpperCase() },
    permissions: { groupAdd: held['groupadd']?.toUpperCase() },
  });
  for (const { field, requested, current, result } of outcomes) {
    const { category } = fieldSpecs.find((spec) => spec.field === field) ?? expect.unreachable();
    expect({ field, current }).toEqual({ field, current: held[category]?.toUpperCase() });
    expect({ field, holds: result !== 'FAILED' }).toEqual({ field, holds: current === requested });
  }
  expect(failures.map(({ field }) => field)).toEqual(
    outcomes.filter(({ result }) => result === 'FAILED').map(({ field }) => field),
  );
}

async function endInEachMoment(way: Way): Promise<void> {
  for (const moment of Object.keys(MOMENTS) as Moment[]) {
    const payload = await endIn(way, moment, update);
    expectTruth(instanceOf(way), payload);
    const { swallowed, applied } = MOMENTS[moment];
    const lost = Array.from({ length: swallowed.length - applied.length }, () => 'CONNECTION_LOST');
    expect({ moment, failed: payload.failures.map(({ code }) => code) }).toEqual({ moment, failed: lost });
  }
  // And where nobody looks: with the end on its way, or there but a moment ago.
  const instance = await fresh(way);
  end(instance, way);
  expectTruth(instance, await update(instance));
}

describe('an update during which the link ends is judged by a read on the next one', () => {
  const runs = new Map<Way, Promise<PromiseSettledResult<void>[]>>();
  // All at once: what takes the time is the pause before each new login.
  beforeAll(() => {
    for (const way of WAYS) runs.set(way, Promise.allSettled([endInEachMoment(way)]));
  });

  test.each(WAYS)('%s', { timeout: 60_000 }, async (way) => {
    expect(await runs.get(way)).toEqual([{ status: 'fulfilled', value: undefined }]);
  });
});

test('over REST it succeeds, and with an Idempotency-Key that is what is told again', async () => {
  const post = async ({ name }: LinkedInstance) => {
    const response = await fetch(`${privet.url}/api/profile/privacy/${name}`, {
      method: 'POST',
      headers: { token: privet.token, 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: JSON.stringify({
        visibility: { lastSeen: 'none', status: 'contacts' },
        permissions: { groupAdd: 'contacts' },
      }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const first = await endIn('stream:503', 'after the writes', post);
  expect(first.status, JSON.stringify(first.body)).toBe(200);
  const instance = instanceOf('stream:503');
  const sent = (): number => privet.simulator.account(instance.phoneNumber).stanzas.length;
  const before = sent();
  expect(await post(instance)).toEqual(first);
  expect(sent()).toBe(before);
});
