import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { readStanza } from '../src/privacy/stanzas.ts';
import type { Reply } from '../src/wire/reply.ts';
import { hostileFrames, node, plain } from './support/hostile-frames.ts';
import { openedLink, textOf } from './support/links.ts';

const PHONE = '491510000077';
const ME = `${PHONE}@s.whatsapp.net`;

let simulator: Simulator;
let credentials: string;
beforeAll(async () => {
  simulator = await startSimulator();
  simulator.createAccount(PHONE, { preKeys: 30 });
  credentials = textOf(simulator.linkDevice(PHONE));
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** What must not change on a link, whatever comes in: who the device is, and how it connects next time. */
const identity = (text: string): unknown => {
  const { noiseKey, signedIdentityKey, signedPreKey, registrationId, advSecretKey, account, me, routingInfo } =
    JSON.parse(text) as Record<string, unknown> & { me?: { id?: unknown } };
  return { noiseKey, signedIdentityKey, signedPreKey, registrationId, advSecretKey, account, id: me?.id, routingInfo };
};

test.each(Object.keys(hostileFrames('')))('%s: the identity that is stored stays as it was', async (kind) => {
  const { link, saved } = await openedLink(simulator, credentials);
  simulator.sendFrames(PHONE, hostileFrames(ME)[kind] ?? []);
  // The answer comes behind the frames, unless they ended the link.
  const reply = await link.request(readStanza(), 2_000);
  expect(['result', 'lost', 'timed_out', 'unsent']).toContain(reply.kind);
  for (const text of saved) expect(identity(text)).toEqual(identity(credentials));
  link.end({ kind: 'stopped' });
  await link.ended;
});

test('notifications are acknowledged, and ask WhatsApp for nothing', async () => {
  const { link } = await openedLink(simulator, credentials);
  const before = simulator.account(PHONE).stanzas.length;
  simulator.sendFrames(PHONE, hostileFrames(ME)['notifications with odd children'] ?? []);
  await link.request(readStanza(), 2_000);
  const sent = (): readonly (readonly [string, string | undefined])[] =>
    simulator
      .account(PHONE)
      .stanzas.slice(before)
      .map(({ tag, xmlns }) => [tag, xmlns]);
  await vi.waitFor(() => expect(sent().filter(([tag]) => tag === 'ack')).toHaveLength(10), { timeout: 10_000 });
  // A count that is not a number is fewer than enough: more keys are uploaded once.
  expect(sent().filter(([tag, xmlns]) => tag === 'iq' && xmlns !== 'privacy' && xmlns !== 'encrypt')).toEqual([]);
  link.end({ kind: 'stopped' });
  await link.ended;
});

describe('odd answers to a read', () => {
  const privacy = node('privacy', {}, [node('category', { name: 'last', value: 'all' })]);
  test.each<[string, Record<string, string>, Parameters<typeof node>[2], Partial<Reply>]>([
    ['a result without content', { type: 'result' }, undefined, { kind: 'result' }],
    ['a result with text', { type: 'result' }, 'text', { kind: 'result' }],
    ['an error without a child', { type: 'error' }, undefined, { kind: 'refused', code: 0 }],
    ['an error with an odd code', { type: 'error' }, [node('error', { code: 'x' })], { kind: 'refused', code: 0 }],
    ['no type', {}, [privacy], { kind: 'odd' }],
    ['a type that nobody knows', { type: 'set' }, [privacy], { kind: 'odd' }],
  ])('%s', async (_, attrs, content, expected) => {
    const { link } = await openedLink(simulator, credentials);
    using silence = simulator.addFault({ phoneNumber: PHONE, match: { xmlns: 'privacy' }, do: 'silence' });
    const reply = link.request(readStanza(), 5_000);
    await vi.waitFor(() => expect(silence.hits).toBe(1), { timeout: 10_000 });
    const id = simulator.account(PHONE).stanzas.findLast(({ xmlns }) => xmlns === 'privacy')?.id ?? '';
    const answer = plain(node('iq', { ...attrs, id, from: '@s.whatsapp.net' }, content));
    // Answered twice: the second finds nobody.
    simulator.sendFrames(PHONE, [answer, answer]);
    await expect(reply).resolves.toMatchObject(expected);
    link.end({ kind: 'stopped' });
    await link.ended;
  });
});
