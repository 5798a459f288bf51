import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type Disconnect, type Simulator } from '../../simulator/simulator.ts';
import { readStanza, writeStanza } from '../../src/privacy/stanzas.ts';
import type { CloseEvidence, Link } from '../../src/wire/link.ts';
import type { Reply } from '../../src/wire/reply.ts';
import { endedWithin, openedLink, textOf } from './links.ts';

const PENDING = 20;
const LANES = 5;
/** What is promised: a pending request is told that its link is gone. */
const SETTLED_MS = 250;
const REQUEST_MS = 10_000;
/** A machine that is busy with something else may stop for that long, but not each time. */
const TRIES = 5;

type Way = Disconnect | 'local end';

/** Each way in which a link ends, and what it is known by. */
const WAYS: readonly (readonly [Way, Partial<CloseEvidence>])[] = [
  ['reset', { kind: 'closed' }],
  ['close', { kind: 'closed' }],
  ['ws-close', { kind: 'closed' }],
  ['stream:503', { kind: 'stream_error', code: 503 }],
  ['stream:515', { kind: 'stream_error', code: 515 }],
  ['stream:516', { kind: 'stream_error', code: 516 }],
  ['replaced', { kind: 'stream_error', conflict: 'replaced' }],
  ['device_removed', { kind: 'stream_error', conflict: 'device_removed' }],
  ['stream:ack', { kind: 'stream_error', child: 'ack' }],
  ['stream:xml', { kind: 'stream_error', child: 'xml-not-well-formed' }],
  ['xmlstreamend', { kind: 'stream_end' }],
  ['failure:503', { kind: 'failure', reason: 503 }],
  ['local end', { kind: 'recycled' }],
];

let simulator: Simulator;
const phoneOf = (lane: number): string => `49151000000${10 + lane}`;
const credentials = new Map<string, string>();
const relink = (phone: string): void => void credentials.set(phone, textOf(simulator.linkDevice(phone)));

interface Round {
  readonly evidence: CloseEvidence;
  readonly replies: readonly Reply[];
  /** From the link's end until the last request was told. */
  readonly tookMs: number;
}

/** Opens a link, leaves requests unanswered on it, ends it, and sees what becomes of them. */
async function endInTheMiddle(phone: string, way: Way): Promise<Round> {
  const { link } = await openedLink(simulator, credentials.get(phone) ?? '');
  using silence = simulator.addFault({ phoneNumber: phone, match: { xmlns: 'privacy' }, do: 'silence', apply: true });
  const settled: number[] = [];
  const requests = Array.from({ length: PENDING }, async (_, index) => {
    const stanza = index % 2 === 0 ? writeStanza('last', index % 4 === 0 ? 'none' : 'all') : readStanza();
    const reply = await link.request(stanza, REQUEST_MS);
    settled.push(performance.now());
    return reply;
  });
  for (const end = Date.now() + REQUEST_MS; silence.hits < PENDING && Date.now() < end;) await delay(1);
  const from = performance.now();
  const gone = endLink(link, phone, way);
  const replies = await Promise.all(requests);
  const evidence = await endedWithin(link, 5_000);
  // The server may notice later; it need not be waited for.
  gone.catch(() => undefined);
  if (way === 'device_removed') relink(phone);
  return { evidence, replies, tookMs: Math.max(...settled) - from };
}

async function endLink(link: Link, phone: string, way: Way): Promise<void> {
  if (way === 'local end') link.end({ kind: 'recycled' });
  else await simulator.disconnect(phone, way);
}

/** Ends links in each way, so many times, with requests pending on them. */
export function endLinks(rounds: number): void {
  beforeAll(async () => {
    simulator = await startSimulator();
    for (let lane = 0; lane < LANES; lane += 1) {
      simulator.createAccount(phoneOf(lane), { preKeys: 30 });
      relink(phoneOf(lane));
    }
  });
  afterAll(() => simulator[Symbol.asyncDispose]());

  describe(`requests that are pending when the link ends are told within ${SETTLED_MS} ms, and none succeeds`, () => {
    const worst = { tookMs: 0, way: '', again: 0 };
    afterAll(() => void process.stdout.write(`disconnects: ${JSON.stringify(worst)}\n`));

    test.each(WAYS)(`%s, ${rounds} times`, async (way, evidence) => {
      const lane = async (phone: string): Promise<void> => {
        for (let round = 0; round < rounds / LANES; round += 1) {
          let seen = await endInTheMiddle(phone, way);
          for (let more = TRIES - 1; seen.tookMs > SETTLED_MS && more > 0; more -= 1) {
            worst.again += 1;
            seen = await endInTheMiddle(phone, way);
          }
          expect(seen.replies).toEqual(seen.replies.map(() => ({ kind: 'lost' })));
          expect(seen.replies).toHaveLength(PENDING);
          expect(seen.evidence).toMatchObject(evidence);
          expect(seen.tookMs).toBeLessThan(SETTLED_MS);
          if (seen.tookMs > worst.tookMs) Object.assign(worst, { tookMs: seen.tookMs, way });
        }
      };
      await Promise.all(Array.from({ length: LANES }, (_, index) => lane(phoneOf(index))));
    });
  });
}
