import { expect, test } from 'vitest';
import { drain, VirtualClock } from '../../test/support/virtual-clock.ts';
import type { CloseAction, Verdict } from './close-reasons.ts';
import { LoginGate } from './login-gate.ts';
import { pauseMs, ReconnectPolicy, sleepUntil } from './reconnect.ts';

const verdict = (action: CloseAction): Verdict => ({
  state: 'RECONNECTING',
  reason: { code: 'c', message: 'm' },
  action,
});
/** A clock whose timers all fire late, together. */
class StallingClock extends VirtualClock {
  #stalled = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  override monotonic(): number {
    return this.#stalled;
  }

  override sleep(ms: number): Promise<void> {
    return new Promise((wake) => void this.#sleepers.push({ at: this.#stalled + ms, wake }));
  }

  async wake(ms: number): Promise<void> {
    this.#stalled += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#stalled);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#stalled);
    for (const { wake } of due) wake();
    await drain();
  }
}

const policy = (clock: VirtualClock, random = () => 1) => new ReconnectPolicy(clock, random);

test('a pause is random(1 … min(60, 2^n)) seconds', () => {
  expect([0, 1, 2, 3, 5, 6, 20].map((n) => pauseMs(n, () => 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 32_000, 60_000, 60_000,
  ]);
  expect([0, 6, 20].map((n) => pauseMs(n, () => 0))).toEqual([1_000, 1_000, 1_000]);
});

test('pauses grow with each failure and begin anew after OPEN', () => {
  const clock = new VirtualClock();
  const subject = policy(clock);
  const pauses = (): unknown[] =>
    [1, 2, 3].map(() => subject.next(verdict({ kind: 'retry' }))).map((n) => n.kind === 'at' && n.at - clock.now());
  expect(pauses()).toEqual([1_000, 2_000, 4_000]);
  subject.opened();
  expect(pauses()).toEqual([1_000, 2_000, 4_000]);
});

test('a restart is taken at once three times in a minute, then with a pause', async () => {
  const clock = new VirtualClock();
  const subject = policy(clock);
  const restart = (): string => subject.next(verdict({ kind: 'restart' })).kind;
  expect([restart(), restart(), restart(), restart()]).toEqual(['now', 'now', 'now', 'at']);
  await clock.advance(60_000);
  expect(restart()).toBe('now');
});

test('a replaced session waits for more than a minute, and gives up the third time within ten', async () => {
  const clock = new VirtualClock();
  const subject = policy(clock, () => 0);
  const replaced = () => subject.next(verdict({ kind: 'replaced' }));
  const first = replaced();
  expect(first.kind === 'at' && first.at - clock.now()).toBeGreaterThan(60_000);
  expect(replaced().kind).toBe('at');
  expect(replaced().kind).toBe('never');
  await clock.advance(600_000);
  expect(replaced().kind).toBe('at');
});

test('at most twenty logins a second', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const times: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    void gate
      .enter(new AbortController().signal, () => undefined)
      .then((place) => {
        times.push(clock.monotonic());
        place[Symbol.dispose]();
      });
  }
  await clock.advance(10_000);
  expect(times).toHaveLength(100);
  for (let i = 20; i < 100; i += 1) expect((times[i] ?? 0) - (times[i - 20] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test('a process that was held up for long does not let all in at once whose turn has passed', async () => {
  const clock = new StallingClock();
  const gate = new LoginGate(clock);
  const times: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    void gate
      .enter(new AbortController().signal, () => undefined)
      .then((place) => {
        times.push(clock.monotonic());
        place[Symbol.dispose]();
      });
  }
  await clock.wake(60_000);
  for (let turn = 0; turn < 1_000 && times.length < 100; turn += 1) await clock.wake(50);
  expect(times).toHaveLength(100);
  for (let i = 20; i < 100; i += 1) expect((times[i] ?? 0) - (times[i - 20] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test('three instances refused as outdated hold up all logins, but one probe every five minutes', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  for (const id of ['a', 'b', 'b', 'c']) gate.refusedAsOutdated(id);
  const entered: number[] = [];
  const waits: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    void gate
      .enter(new AbortController().signal, (retryAt) => waits.push(retryAt - clock.now()))
      .then((place) => {
        entered.push(clock.monotonic());
        place[Symbol.dispose]();
      });
  }
  await clock.advance(299_999);
  expect(entered).toEqual([]);
  expect(waits).toEqual([300_000, 300_000, 300_000]);
  await clock.advance(1);
  expect(entered).toEqual([300_000]);
  // Once the client is taken again, nobody waits for the next probe.
  gate.accepted();
  await clock.advance(100);
  expect(entered).toHaveLength(3);
  expect(clock.pending).toBe(0);
});

test('those who stand in line when WhatsApp begins to refuse the client are held up too', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const entered: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    void gate
      .enter(new AbortController().signal, () => undefined)
      .then((place) => {
        entered.push(clock.monotonic());
        place[Symbol.dispose]();
      });
  }
  await clock.advance(100);
  expect(entered).toHaveLength(3);
  for (const id of ['a', 'b', 'c']) gate.refusedAsOutdated(id);
  await clock.advance(299_999);
  expect(entered).toHaveLength(3);
  await clock.advance(51);
  expect(entered).toHaveLength(4);
  gate.accepted();
  await clock.advance(1_000);
  expect(entered).toHaveLength(10);
});

test('at most forty logins at a time, and none keeps its place for more than ten seconds', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const places: Disposable[] = [];
  const enter = (signal = new AbortController().signal): void =>
    void gate
      .enter(signal, () => undefined)
      .then(
        (place) => places.push(place),
        () => undefined,
      );
  const aborted = new AbortController();
  for (let i = 0; i < 60; i += 1) enter(i === 40 ? aborted.signal : undefined);
  await clock.advance(5_000);
  expect(places).toHaveLength(40);
  aborted.abort();
  places[7]?.[Symbol.dispose]();
  places[7]?.[Symbol.dispose]();
  await clock.advance(1_000);
  expect(places).toHaveLength(41);
  await clock.advance(4_000);
  expect(places.length).toBeGreaterThan(41);
  await clock.advance(4_000);
  expect(places).toHaveLength(59);
  for (const place of places) place[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('a login that waits can be aborted', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock, 1);
  const first = await gate.enter(new AbortController().signal, () => undefined);
  const aborted = new AbortController();
  const waiting = gate.enter(aborted.signal, () => undefined);
  aborted.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  first[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('a pause of months is kept, hour by hour', async () => {
  const clock = new VirtualClock();
  const until = clock.now() + 60 * 24 * 3_600_000;
  let over = false;
  void sleepUntil(clock, until, new AbortController().signal).then(() => (over = true));
  await clock.advance(60 * 24 * 3_600_000 - 1);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
});
