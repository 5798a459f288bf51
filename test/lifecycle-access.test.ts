import { print, type DocumentNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstanceChangesDocument,
  InstanceDocument,
  InstancesDocument,
  PairInstanceDocument,
  PrivacyChangesDocument,
  PrivacyDocument,
  RotateInstanceTokenDocument,
  StartInstanceDocument,
  StopInstanceDocument,
  UnlinkInstanceDocument,
  UpdatePrivacyDocument,
} from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { createAccount } from './support/command-line.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { ALL_CHANGED } from './support/settings.ts';

let privet: TestPrivet;
let first: LinkedInstance;
let second: LinkedInstance;
/** The token of another account. */
let stranger: string;

beforeAll(async () => {
  privet = await bootPrivet();
  first = await privet.link('first');
  second = await privet.link('second');
  stranger = (await createAccount(privet)).token;
});
afterAll(() => privet[Symbol.asyncDispose]());

const as = (token: string) => ({ url: privet.url, token });

/** Everything that can be asked about an instance, with its name. */
const QUESTIONS: readonly (readonly [DocumentNode, (name: string) => Record<string, unknown>])[] = [
  [InstanceDocument, (name) => ({ name })],
  [PrivacyDocument, (instance) => ({ instance })],
  [UpdatePrivacyDocument, (instance) => ({ instance, input: ALL_CHANGED })],
  [PairInstanceDocument, (instance) => ({ instance })],
  [StartInstanceDocument, (instance) => ({ instance })],
  [StopInstanceDocument, (instance) => ({ instance })],
  [UnlinkInstanceDocument, (instance) => ({ instance })],
  [RotateInstanceTokenDocument, (instance) => ({ instance })],
  [DeleteInstanceDocument, (instance) => ({ instance })],
];

/** All answers about an instance, with its name taken out. */
async function answersAbout(name: string, token: string): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [document, variables] of QUESTIONS) {
    const answer = await privet.graphql(print(document), variables(name), token);
    answers.push(JSON.parse(JSON.stringify(answer).replaceAll(name, '<name>')));
  }
  const streams = [
    await openEventStream(as(token), InstanceChangesDocument, { name }),
    await openEventStream(as(token), PrivacyChangesDocument, { instance: name }),
  ];
  for (const stream of streams) {
    answers.push(JSON.parse(JSON.stringify(await stream.next()).replaceAll(name, '<name>')));
  }
  return answers;
}

describe('another account', () => {
  test("is told the same of somebody's instance as of none at all, and changes nothing", async () => {
    const before = privet.simulator.account(first.phoneNumber).stanzas.length;
    const answers = await answersAbout(first.name, stranger);
    expect(answers).toEqual(await answersAbout('absent', stranger));
    expect(answers[0]).toMatchObject({ status: 200, data: { instance: null } });
    expect(answers[0]).not.toHaveProperty('errors');
    for (const answer of answers.slice(1)) {
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    }
    const { stanzas, linkedDevices } = privet.simulator.account(first.phoneNumber);
    expect([stanzas.length, linkedDevices]).toEqual([before, 1]);
    expect(await askFor(as(stranger), InstancesDocument, {})).toMatchObject({ instances: { nodes: [] } });
  });

  test('may use the same names', async () => {
    await askFor(as(stranger), CreateInstanceDocument, { name: first.name });
    expect(await askFor(as(stranger), InstanceDocument, { name: first.name })).toMatchObject({
      instance: { state: 'UNPAIRED' },
    });
    expect(await askFor(privet, InstanceDocument, { name: first.name })).toMatchObject({ instance: { state: 'OPEN' } });
    await askFor(as(stranger), DeleteInstanceDocument, { instance: first.name });
    expect(await askFor(privet, InstanceDocument, { name: first.name })).toMatchObject({ instance: { state: 'OPEN' } });
  });
});

describe('an instance token', () => {
  test('reaches its instance alone: another one of the account is as if it were not there', async () => {
    const own = await askFor(as(first.token), InstancesDocument, {});
    expect(own.instances.nodes.map(({ name }) => name)).toEqual([first.name]);
    expect(await askFor(as(first.token), PrivacyDocument, { instance: first.name })).toBeTruthy();

    const answers = await answersAbout(second.name, first.token);
    expect(answers).toEqual(await answersAbout('absent', first.token));
    expect(answers[0]).toMatchObject({ data: { instance: null } });
    await privet.waitForState(second.name, 'OPEN');
  });

  test('makes, deletes and gives tokens to no instance, not even to its own', async () => {
    const { errors } = await ask(as(first.token), CreateInstanceDocument, { name: 'third' });
    expect(errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    for (const document of [DeleteInstanceDocument, RotateInstanceTokenDocument]) {
      const own = { instance: first.name };
      const refused = await ask<unknown, typeof own>(as(first.token), document, own);
      expect(refused.errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    }
    const all = await askFor(privet, InstancesDocument, {});
    expect(all.instances.nodes.map(({ name }) => name)).toEqual([first.name, second.name]);
  });

  test('ends when it is rotated, when its instance is deleted, and with neither for another instance', async () => {
    const { createInstance } = await askFor(privet, CreateInstanceDocument, { name: 'rotated' });
    const old = createInstance?.token ?? '';
    expect((await ask(as(old), InstanceDocument, { name: 'rotated' })).errors).toEqual([]);
    const { rotateInstanceToken } = await askFor(privet, RotateInstanceTokenDocument, { instance: 'rotated' });
    const fresh = rotateInstanceToken?.token ?? '';
    expect((await ask(as(old), InstanceDocument, { name: 'rotated' })).errors).toMatchObject([
      { code: 'UNAUTHENTICATED' },
    ]);
    expect((await ask(as(fresh), InstanceDocument, { name: 'rotated' })).errors).toEqual([]);

    await askFor(privet, DeleteInstanceDocument, { instance: 'rotated' });
    expect((await ask(as(fresh), InstanceDocument, { name: 'rotated' })).errors).toMatchObject([
      { code: 'UNAUTHENTICATED' },
    ]);
    expect((await ask(as(first.token), InstanceDocument, { name: first.name })).errors).toEqual([]);
  });

  test('goes on working after a restart', async () => {
    await privet.restart();
    expect(await askFor(as(first.token), InstanceDocument, { name: first.name })).toMatchObject({
      instance: { name: first.name },
    });
  });
});
