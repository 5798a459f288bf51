import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { TIMER } from '../../privacy/fields.ts';
import type { PrivacyPort } from '../../privacy/port.ts';
import type { Snapshot } from '../../privacy/settings.ts';
import type { CloseEvidence, Link } from '../../wire/link.ts';
import type { Reply } from '../../wire/reply.ts';
import { Connected } from './connected.ts';
import { SettingsView } from './view.ts';

const EPOCH = 1_700_000_000_000;
const JID = '4917@s.whatsapp.net';

const LINK: Link = {
  request: () => expect.unreachable(),
  requestPairingCode: () => expect.unreachable(),
  end: () => undefined,
  jid: JID,
  lid: undefined,
  phase: 'open',
  reached: () => undefined,
  ended: Promise.withResolvers<CloseEvidence>().promise,
};

/** The answer to a privacy read. */
const showing = (status: string): Reply => {
  const category = { tag: 'category', attrs: { name: 'status', value: status } };
  return {
    kind: 'result',
    stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content: [category] }] },
  };
};

/** The answer to a read of the timer. */
const showingTimer = (duration: string): Reply => {
  const user = { tag: 'user', attrs: { jid: JID }, content: [{ tag: TIMER, attrs: { duration } }] };
  return { kind: 'result', stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'list', attrs: {}, content: [user] }] } };
};

const shown = ({ settings }: SettingsView): Record<string, string> =>
  Object.fromEntries(settings?.snapshot.categories ?? []);

class SetClock extends VirtualClock {
  setBy = 0;

  override now(): number {
    return super.now() + this.setBy;
  }
}

/** A view whose wall clock can be set, and reads that are answered when the test says so. */
function viewing() {
  const clock = new SetClock(EPOCH);
  const connected = new Connected({
    clock,
    telemetry: { stanzaAnswered: () => undefined, stanzaUnanswered: () => undefined },
    mayOpenWithin: () => false,
    standing: () => ({ state: 'STOPPED' }),
  });
  const view = new SettingsView({ clock, onChange: () => undefined, onNews: () => undefined }, connected);
  const begin = () => {
    const answer = Promise.withResolvers<Reply>();
    const port: PrivacyPort = { ask: () => answer.promise };
    const read = view.read(port, 1);
    return async (status: string): Promise<Snapshot> => {
      answer.resolve(showing(status));
      const outcome = await read;
      if (outcome.kind !== 'snapshot') return expect.unreachable();
      return outcome.snapshot;
    };
  };
  /** Whether what somebody saw is what holds now, as far as its time tells. */
  const holds = ({ observedAt }: Snapshot): boolean => observedAt >= (view.settings?.changed.observedAt ?? 0);
  return { clock, view, connected, begin, holds };
}

test('settings that were shown in the millisecond before others are of an earlier time', async () => {
  const { view, begin, holds } = viewing();
  const [all, none] = [await begin()('all'), await begin()('none')];
  expect([all.observedAt, none.observedAt]).toEqual([EPOCH, EPOCH + 1]);
  expect([holds(all), holds(none), view.settings?.snapshot.observedAt]).toEqual([false, true, EPOCH + 1]);
  const again = await begin()('none');
  expect([again.observedAt, holds(again), holds(none)]).toEqual([EPOCH + 1, true, true]);
});

test('a late answer that shows what does not hold any more is of an earlier time; one that shows what holds is not', async () => {
  const { clock, begin, holds } = viewing();
  const [late, lateToo] = [begin(), begin()];
  const none = await begin()('none');
  await clock.advance(1_000);
  const [old, same] = [await late('all'), await lateToo('none')];
  expect([holds(old), holds(same), holds(none)]).toEqual([false, true, true]);
  expect(old.observedAt).toBeLessThan(none.observedAt);
  expect(same.observedAt).toBe(none.observedAt);
});

test('the timer that came with an older read is shown with the newest settings, whichever was worked off first', async () => {
  const { view, connected, begin } = viewing();
  connected.opened(LINK);
  const timer = Promise.withResolvers<Reply>();
  const port: PrivacyPort = {
    ask: ({ attrs }) => (attrs['xmlns'] === 'usync' ? timer.promise : Promise.resolve(showing('all'))),
  };
  await view.readTimer({ ask: () => Promise.resolve(showingTimer('0')) }, 1);
  const older = view.read(port, 1, { timer: true });
  await begin()('none');
  expect(shown(view)).toEqual({ status: 'none', [TIMER]: '0' });
  timer.resolve(showingTimer('86400'));
  await older;
  expect(shown(view)).toEqual({ status: 'none', [TIMER]: '86400' });
});

test('a clock that was set back makes nothing look as if it still held', async () => {
  const { clock, begin, holds } = viewing();
  const all = await begin()('all');
  clock.setBy = -3_600_000;
  const none = await begin()('none');
  const again = await begin()('none');
  expect([holds(all), holds(none), holds(again)]).toEqual([false, true, true]);
  clock.setBy = 0;
  await clock.advance(1_000);
  expect([holds(all), (await begin()('none')).observedAt]).toEqual([false, EPOCH + 1_000]);
});

test('what was observed before the start holds since then where the first read shows the same, and no longer else', async () => {
  const recalled: Snapshot = { categories: new Map([['status', 'all']]), observedAt: EPOCH - 5_000, sequence: 0 };
  const same = viewing();
  same.view.recall(recalled);
  expect(same.view.settings).toBeUndefined();
  const all = await same.begin()('all');
  expect([all.observedAt, same.holds(recalled), same.view.settings?.changed]).toEqual([EPOCH, true, recalled]);
  // Kept once, however often it is read.
  expect(same.view.settings?.snapshot.categories).toBe(recalled.categories);

  const other = viewing();
  other.view.recall({ ...recalled, observedAt: EPOCH + 7_000 });
  const none = await other.begin()('none');
  expect([none.observedAt, other.holds(recalled), other.holds(none)]).toEqual([EPOCH + 7_001, false, true]);
  other.view.forget();
  await other.begin()('none');
  // Another account that shows the same.
  expect(other.holds(none)).toBe(false);
});
