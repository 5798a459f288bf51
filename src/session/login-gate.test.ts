import { expect, test } from 'vitest';
import { drain, VirtualClock } from '../../test/support/virtual-clock.ts';
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
      .enter(new AbortController().signal, (retryAt) => waits.push(retryAt - clock.now()))
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

test('three instances refused as outdated hold up all logins, but one probe every five minutes', async () => {
  const clock = new VirtualClock();
  const gate = new LoginGate(clock);
  for (const id of ['a', 'b', 'b', 'c']) gate.refusedAsOutdated(id);
  const { entered, waits } = queue(gate, clock, 3);
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
  const { entered } = queue(gate, clock, 10);
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
