import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { PrivacyPort, ReadOutcome } from '../../privacy/port.ts';
import type { CloseEvidence, Link } from '../../wire/link.ts';
import { Connected } from './connected.ts';
import { SettingsView } from './view.ts';
import { Watchfulness } from './watchfulness.ts';

const MINUTE_MS = 60_000;

/** Answers each read. */
const ANSWERING: PrivacyPort = {
  ask: async () => ({ kind: 'result', stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {} }] } }),
};

/** Watches over a link that answers each read with the next of these, and the last one from then on. */
function watching(...outcomes: readonly ReadOutcome[]) {
  const clock = new VirtualClock();
  const seen = { reads: 0, ends: [] as CloseEvidence[] };
  const connected = new Connected({
    clock,
    telemetry: { stanzaAnswered: () => undefined, stanzaUnanswered: () => undefined },
    mayOpenWithin: () => false,
    standing: () => ({ state: 'STOPPED' }),
  });
  const view = new SettingsView({ clock, onChange: () => undefined, onNews: () => undefined }, connected);
  const shared = async (): Promise<ReadOutcome> => {
    seen.reads += 1;
    return outcomes[Math.min(seen.reads, outcomes.length) - 1] ?? { kind: 'unsent' };
  };
  const watchfulness = new Watchfulness(clock, view, { shared, sharedTimer: () => expect.unreachable() });
  const link: Link = {
    request: () => expect.unreachable(),
    requestPairingCode: () => expect.unreachable(),
    end: (evidence) => {
      seen.ends.push(evidence);
      watchfulness.closed();
    },
    jid: undefined,
    lid: undefined,
    phase: 'open',
    reached: () => undefined,
    ended: new Promise(() => undefined),
  };
  watchfulness.opened(link);
  watchfulness.readAgain();
  return { clock, seen, view, watchfulness };
}

test('a link that leaves three reads open is given up', async () => {
  const { clock, seen, view } = watching({ kind: 'timed_out' });
  await clock.advance(MINUTE_MS);
  expect(seen).toEqual({ reads: 3, ends: [{ kind: 'silent' }] });
  expect([view.isOutdated, clock.pending]).toEqual([true, 0]);
});

test.each([{ kind: 'refused', code: 429, text: '' }, { kind: 'odd' }] as const)(
  'one that answers with $kind is kept, and asked again ever more rarely',
  async (reply) => {
    const { clock, seen } = watching({ kind: 'timed_out' }, { kind: 'timed_out' }, reply);
    await clock.advance(10 * MINUTE_MS);
    expect(seen.ends).toEqual([]);
    const before = seen.reads;
    await clock.advance(10 * MINUTE_MS);
    expect(seen.reads - before).toBe(10);
  },
);

test('a pause after refusals ends with the next read that is answered, whoever asked for it', async () => {
  const refused = Array.from({ length: 6 }, () => ({ kind: 'refused', code: 503, text: '' }) as const);
  const { clock, seen, view, watchfulness } = watching(...refused, { kind: 'unsent' });
  // The pauses were 2, 4, 8, 16 and 32 s, and the next one lasts for a minute.
  await clock.advance(65_000);
  expect(seen.reads).toBe(6);
  await view.read(ANSWERING, 1);
  await clock.advance(5_000);
  expect([seen.reads, view.isOutdated]).toEqual([6, false]);
  watchfulness.readAgain();
  await clock.advance(1);
  expect(seen.reads).toBe(7);
});
