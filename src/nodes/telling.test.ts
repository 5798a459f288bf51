import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { NodeRow } from '../storage/nodes/node-store.ts';
import { Telling } from './telling.ts';

const node = (incarnation: string, isLive = true): NodeRow => ({
  id: incarnation,
  incarnation,
  url: '',
  draining: false,
  startedAt: 0,
  isLive,
  instances: 0,
});

/** A node that tells, and what the others do then. */
const telling = ({ known = [] as NodeRow[] } = {}) => {
  const clock = new VirtualClock();
  const rig = {
    clock,
    asked: [] as string[],
    ended: false,
    nodes: async (): Promise<readonly NodeRow[]> => [node('self'), node('a'), node('gone', false), node('b')],
    answer: async (_incarnation: string): Promise<unknown> => undefined,
    tell: async () => {
      await new Telling({
        clock,
        node: {
          store: { nodes: () => rig.nodes() },
          membership: { incarnation: 'self', nodes: known },
          peers: {
            ask: async ({ incarnation }, method, body) => {
              rig.asked.push(`${incarnation} ${method} ${String(body)}`);
              return rig.answer(incarnation);
            },
          },
        },
        method: 'news',
        hear: async () => expect.unreachable(),
      }).tell('it is so');
      rig.ended = true;
    },
  };
  return rig;
};

const never = new Promise<never>(() => {});

test('all others that live are told, and their answers waited for', async () => {
  const rig = telling();
  const answers = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() };
  rig.answer = (incarnation) => answers[incarnation === 'a' ? 'a' : 'b'].promise;
  const told = rig.tell();
  await rig.clock.advance(10);
  expect(rig.asked).toEqual(['a news it is so', 'b news it is so']);
  answers.a.resolve();
  await rig.clock.advance(10);
  expect(rig.ended).toBe(false);
  answers.b.resolve();
  await told;
  expect(rig.clock.pending).toBe(0);
});

test.each([
  ['a node that does not answer', { answer: async (incarnation: string) => incarnation === 'a' && never }],
  ['a database that does not answer', { nodes: () => never }],
])('%s is waited for for 0.3 s', async (_, silent) => {
  const rig = Object.assign(telling(), silent);
  const told = rig.tell();
  await rig.clock.advance(299);
  expect(rig.ended).toBe(false);
  await rig.clock.advance(1);
  await told;
});

test('one that fails keeps nobody waiting, and without the database those are told that were known', async () => {
  const rig = telling({ known: [node('self'), node('c')] });
  rig.nodes = async () => {
    throw new Error('no database');
  };
  rig.answer = async () => {
    throw new Error('it fails');
  };
  await rig.tell();
  expect(rig.asked).toEqual(['c news it is so']);
});
