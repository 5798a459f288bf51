import { expect, test } from 'vitest';
import { drain, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { LoginGate } from './login-gate.ts';

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

  override after(ms: number, callback: () => void): Disposable {
    const sleeper = { at: this.#stalled + ms, wake: callback };
    this.#sleepers.push(sleeper);
    return { [Symbol.dispose]: () => void (this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)) };
  }

  async wake(ms: number): Promise<void> {
    this.#stalled += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#stalled);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#stalled);
    for (const { wake } of due) wake();
    await drain();
  }
}

/** So many logins that are over as soon as they begin: when each did, and how long those that are held up must wait. */
function queue(gate: LoginGate, clock: VirtualClock, logins: number) {
  const entered: number[] = [];
  const waits: number[] = [];
  for (let i = 0; i < logins; i += 1) {
    void gate
      .enter(`login ${i}`, new AbortController().signal, (_, retryAt) => waits.push(retryAt - clock.now()))
      .then((place) => {
        entered.push(clock.monotonic());
        place[Symbol.dispose]();
      });
  }
  return { entered, waits };
}

/** At most twenty in any second. */
function expectSpaced(entered: readonly number[]): void {
  for (const [i, at] of entered.slice(20).entries()) expect(at - (entered[i] ?? 0)).toBeGreaterThanOrEqual(1_000);
}

test('at most twenty logins a second', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const { entered } = queue(gate, clock, 100);
  await clock.advance(10_000);
  expect(entered).toHaveLength(100);
  expectSpaced(entered);
});

test('a process that was held up for long does not let all in at once whose turn has passed', async () => {
  const clock = new StallingClock();
  const gate = new LoginGate(clock);
  const { entered } = queue(gate, clock, 100);
  await clock.wake(60_000);
  for (let turn = 0; turn < 1_000 && entered.length < 100; turn += 1) await clock.wake(50);
  expect(entered).toHaveLength(100);
  expectSpaced(entered);
});

test('three instances refused as outdated hold up all logins, but a probe every ten seconds of those that were not', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  for (const id of ['a', 'b', 'b', 'c']) gate.refusedAsOutdated(id);
  const { entered, waits } = queue(gate, clock, 4);
  await clock.advance(9_999);
  expect(entered).toEqual([]);
  expect(waits).toEqual([10_000, 20_000, 30_000, 40_000]);
  await clock.advance(10_001);
  expect(entered).toEqual([10_000, 20_000]);
  // Once the client is taken again, nobody waits for the next probe.
  gate.accepted('login 0');
  await clock.advance(100);
  expect(entered).toHaveLength(4);
  expect(clock.pending).toBe(0);
});

test('those who stand in line when WhatsApp begins to refuse the client are held up too', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const { entered } = queue(gate, clock, 10);
  await clock.advance(100);
  expect(entered).toHaveLength(3);
  for (const id of ['a', 'b', 'c']) gate.refusedAsOutdated(id);
  await clock.advance(9_999);
  expect(entered).toHaveLength(3);
  await clock.advance(51);
  expect(entered).toHaveLength(4);
  gate.accepted('login 3');
  await clock.advance(1_000);
  expect(entered).toHaveLength(10);
});

/** Accounts that log in as a session does: those that WhatsApp refuses wait for five minutes and come again. */
function live(gate: LoginGate, clock: VirtualClock, id: string, isRefused: boolean, signal: AbortSignal) {
  const seen = { tries: [] as number[], shown: new Set<boolean>(), inAt: undefined as number | undefined };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      {
        using _place = await gate.enter(id, signal, (wasRefused) => void seen.shown.add(wasRefused));
        seen.tries.push(clock.monotonic());
        await clock.sleep(300, signal);
      }
      if (!isRefused) {
        gate.accepted(id);
        seen.inAt = clock.monotonic();
        return;
      }
      gate.refusedAsOutdated(id);
      await clock.sleep(300_000, signal);
    }
  };
  run().catch(() => undefined);
  return seen;
}

test.each([3, 5, 20])('%d accounts that are refused for good keep no healthy one out', async (count) => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const over = new AbortController();
  const refused = Array.from({ length: count }, (_, i) => live(gate, clock, `refused ${i}`, true, over.signal));
  await clock.advance(2_000);
  const comes = clock.monotonic();
  const first = live(gate, clock, 'healthy', false, over.signal);
  // Each that was not known to be refused may come before it, at ten seconds each.
  const mostMs = 11_000 + 10_000 * Math.max(0, count - 3);
  await clock.advance(mostMs);
  expect((first.inAt ?? Infinity) - comes).toBeLessThanOrEqual(mostMs);
  expect(first.shown.has(true)).toBe(false);
  // From then on it is known who is refused, and that they are refused again holds up nobody.
  for (let hour = 0; hour < 6; hour += 1) {
    await clock.advance(3_600_000 + 1_234 * hour);
    const again = live(gate, clock, 'healthy', false, over.signal);
    await clock.advance(1_000);
    expect(again.inAt).toBeDefined();
  }
  // They are not forgotten either, and do not try more often than they should.
  for (const { tries } of refused) expect(tries.length).toBeGreaterThan(60);
  for (const { tries } of refused) expect(tries.length).toBeLessThan(6 * 12 + 10);
  over.abort();
  await clock.advance(0);
  expect(clock.pending).toBe(0);
});

test('a client that is refused for all is tried by nobody more than once in five minutes, and by one in ten seconds', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const over = new AbortController();
  const all = Array.from({ length: 50 }, (_, i) => live(gate, clock, `refused ${i}`, true, over.signal));
  await clock.advance(3_600_000);
  const tries = all.flatMap((each) => each.tries).sort((a, b) => a - b);
  const late = tries.filter((at) => at > 600_000 + 5_000);
  expect(late.length).toBeLessThanOrEqual(10);
  for (const { tries: own } of all) expect(own.length).toBeGreaterThanOrEqual(1);
  over.abort();
  await clock.advance(0);
});

test('240 accounts that WhatsApp does not answer keep no healthy one waiting', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const over = new AbortController();
  const silent = async (id: string): Promise<void> => {
    while (!over.signal.aborted) {
      using _place = await gate.enter(id, over.signal, () => undefined);
      await clock.sleep(28_000, over.signal);
    }
  };
  for (let i = 0; i < 240; i += 1) silent(`silent ${i}`).catch(() => undefined);
  // The first time nobody knows who is silent.
  await clock.advance(100);
  const first = live(gate, clock, 'healthy', false, over.signal);
  await clock.advance(20_000);
  expect(first.inAt).toBeDefined();
  await clock.advance(60_000);
  const comes = clock.monotonic();
  const again = live(gate, clock, 'healthy', false, over.signal);
  await clock.advance(2_000);
  expect((again.inAt ?? Infinity) - comes).toBeLessThan(1_500);
  over.abort();
  await clock.advance(0);
});

test('at most thirty logins at a time, and ten more of those that did not get through before', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  const places: Disposable[] = [];
  const enter = (id: string, signal = new AbortController().signal): void =>
    void gate
      .enter(id, signal, () => undefined)
      .then(
        (place) => places.push(place),
        () => undefined,
      );
  for (let i = 0; i < 20; i += 1) enter(`doubtful ${i}`);
  await clock.advance(1_000);
  for (const place of places.splice(0)) place[Symbol.dispose]();
  const aborted = new AbortController();
  for (let i = 0; i < 20; i += 1) enter(`doubtful ${i}`);
  for (let i = 0; i < 60; i += 1) enter(`new ${i}`, i === 30 ? aborted.signal : undefined);
  await clock.advance(1_999);
  expect(places).toHaveLength(40);
  aborted.abort();
  // Whoever takes long gives its place to the next one.
  await clock.advance(10_000);
  expect(places).toHaveLength(79);
  for (const place of places) place[Symbol.dispose]();
  places[7]?.[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('where the machine does not keep up, a long login keeps its place for ten seconds', async () => {
  const clock = new StallingClock();
  const gate = new LoginGate(clock);
  let entered = 0;
  for (let i = 0; i < 31; i += 1)
    void gate.enter(`${i}`, new AbortController().signal, () => undefined).then(() => (entered += 1));
  for (let turn = 0; turn < 40; turn += 1) await clock.wake(50);
  for (; clock.monotonic() < 9_500;) {
    expect(entered).toBe(30);
    await clock.wake(2_500);
  }
  for (let turn = 0; turn < 4; turn += 1) await clock.wake(2_500);
  expect(entered).toBe(31);
});

test('a login that waits can be aborted', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock, 1);
  const first = await gate.enter('first', new AbortController().signal, () => undefined);
  const aborted = new AbortController();
  const waiting = gate.enter('second', aborted.signal, () => undefined);
  aborted.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  first[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('a place that was taken beforehand is there at once when its login comes, and goes back where none comes', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock, 1);
  const { signal } = new AbortController();
  gate.keep('moves', await gate.reserve('moves', signal));
  const reserved = gate.reserve('gone', signal);
  await clock.advance(1_000);
  gate.keep('gone', await reserved);
  // The next one in line waits for its turn, and the one that comes does not.
  let isIn = false;
  void gate.enter('other', signal, () => undefined).then(() => (isIn = true));
  const place = await gate.enter('moves', signal, () => undefined);
  await clock.advance(0);
  expect(isIn).toBe(false);
  place[Symbol.dispose]();
  gate.forget('gone');
  await clock.advance(1_000);
  expect(isIn).toBe(true);
  // It is used once.
  let again = false;
  void gate.enter('gone', signal, () => undefined).then(() => (again = true));
  await clock.advance(0);
  expect(again).toBe(false);

  for (const id of ['moves', 'other', 'third']) gate.refusedAsOutdated(id);
  await expect(gate.reserve('late', signal)).rejects.toMatchObject({ code: 'OVERLOADED' });
});
