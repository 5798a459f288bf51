import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { ReadOutcome } from '../../privacy/port.ts';
import type { CloseEvidence, Link } from '../../wire/link.ts';
import { Refresh } from './refresh.ts';

const MINUTE_MS = 60_000;

/** A refresh over a link that answers each read with the next of these, and the last one from then on. */
function refreshing(...replies: readonly ReadOutcome[]) {
  const clock = new VirtualClock();
  const seen = { reads: 0, ends: [] as CloseEvidence[] };
  const refresh = new Refresh(clock, () => {
    seen.reads += 1;
    return Promise.resolve(replies[Math.min(seen.reads, replies.length) - 1] ?? { kind: 'unsent' });
  });
  const link: Link = {
    request: () => expect.unreachable(),
    requestPairingCode: () => expect.unreachable(),
    end: (evidence) => {
      seen.ends.push(evidence);
      refresh.closed();
    },
    jid: undefined,
    phase: 'open',
    reached: () => undefined,
    ended: new Promise(() => undefined),
  };
  refresh.opened(link);
  refresh.again();
  return { clock, seen, refresh };
}

test('a link that leaves three reads open is given up', async () => {
  const { clock, seen, refresh } = refreshing({ kind: 'timed_out' });
  await clock.advance(MINUTE_MS);
  expect(seen).toEqual({ reads: 3, ends: [{ kind: 'silent' }] });
  expect([refresh.isPending, clock.pending]).toEqual([true, 0]);
});

test.each([{ kind: 'refused', code: 429, text: '' }, { kind: 'odd' }] as const)(
  'one that answers with $kind is kept, and asked again ever more rarely',
  async (reply) => {
    const { clock, seen } = refreshing({ kind: 'timed_out' }, { kind: 'timed_out' }, reply);
    await clock.advance(10 * MINUTE_MS);
    expect(seen.ends).toEqual([]);
    const before = seen.reads;
    await clock.advance(10 * MINUTE_MS);
    expect(seen.reads - before).toBe(10);
  },
);

test('a pause after refusals ends with the next read that is answered, whoever asked for it', async () => {
  const refused = Array.from({ length: 6 }, () => ({ kind: 'refused', code: 503, text: '' }) as const);
  const { clock, seen, refresh } = refreshing(...refused, { kind: 'unsent' });
  // The pauses were 2, 4, 8, 16 and 32 s, and the next one lasts for a minute.
  await clock.advance(65_000);
  expect(seen.reads).toBe(6);
  refresh.answered(refresh.mark());
  await clock.advance(5_000);
  expect([seen.reads, refresh.isPending]).toEqual([6, false]);
  refresh.again();
  await clock.advance(1);
  expect(seen.reads).toBe(7);
});
