import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { PrivetError } from '../errors.ts';
import type { UpdateOutcome } from '../privacy/outcome.ts';
import { temporaryStorage } from '../storage/storage.fixture.ts';
import { IdempotentUpdates } from './idempotent-updates.ts';

const DONE: UpdateOutcome = { outcomes: [], failures: [], stanzas: 2, snapshot: undefined };
const KEY = { tokenId: 'token', key: 'key' };
const CHANGES = [{ field: 'STATUS', wire: 'none' }] as const;
const OTHER = [{ field: 'STATUS', wire: 'all' }] as const;

const opened = async (fails: { finish?: boolean; forget?: boolean } = {}) => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  const token = { id: KEY.tokenId, accountId, hash: new Uint8Array(32), scopes: [], label: '', createdAt: 0 };
  await storage.tokens.insert(token);
  const full = () => Promise.reject(new Error('the disk is full'));
  const { outcomes } = storage;
  const state = { isBusy: false, forgets: 0 };
  const updates = new IdempotentUpdates(
    {
      get isBusy() {
        return state.isBusy;
      },
      outcomes: {
        ...outcomes,
        finish: (call, outcome) => (fails.finish ? full() : outcomes.finish(call, outcome)),
        forget: (call) => {
          state.forgets += 1;
          return fails.forget ? full() : outcomes.forget(call);
        },
      },
    },
    clock,
  );
  let runs = 0;
  const run = (
    update: () => Promise<UpdateOutcome> = () => Promise.resolve(DONE),
    changes: typeof CHANGES | typeof OTHER = CHANGES,
  ) =>
    updates.run(id, KEY, changes, () => {
      runs += 1;
      return update();
    });
  return { fails, state, clock, run, runs: () => runs };
};

test('an outcome that could not be kept does not leave its key running: the next call does the work, and keeps it', async () => {
  const { fails, clock, run, runs } = await opened({ finish: true, forget: true });
  expect(await run()).toEqual(DONE);
  Object.assign(fails, { finish: false, forget: false });
  await clock.advance(20 * 3_600_000);
  expect([await run(), runs()]).toEqual([DONE, 2]);
  // As long as any other: it is not the first call's time that counts.
  await clock.advance(20 * 3_600_000);
  expect([await run(), runs()]).toEqual([DONE, 2]);
});

test('a call that came to nothing may be made again, also where that could not be noted, and says what was wrong', async () => {
  const { fails, run, runs } = await opened({ forget: true });
  const refused = new PrivetError('INSTANCE_NOT_CONNECTED', 'not connected');
  await expect(run(() => Promise.reject(refused))).rejects.toBe(refused);
  fails.forget = false;
  expect([await run(), runs()]).toEqual([DONE, 2]);
});

test('while others hold the database up, what can be left undone is not tried', async () => {
  const { state, run, runs } = await opened({ finish: true });
  state.isBusy = true;
  expect([await run(), state.forgets]).toEqual([DONE, 0]);
  state.isBusy = false;
  expect([await run(), runs(), state.forgets > 0]).toEqual([DONE, 2, true]);
});

test('while a call runs, the same one is told so, and another one with its key is refused', async () => {
  const { run, runs } = await opened();
  const { promise, resolve } = Promise.withResolvers<UpdateOutcome>();
  const first = run(() => promise);
  await expect.poll(runs).toBe(1);
  await expect(run()).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(run(undefined, OTHER)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  resolve(DONE);
  expect([await first, ...(await Promise.all([run(), run()])), runs()]).toEqual([DONE, DONE, DONE, 1]);
});
