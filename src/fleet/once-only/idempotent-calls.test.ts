import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { PrivetError } from '../../errors.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type { ExclusionsOutcome } from '../../privacy/lists/exclusions.ts';
import type { UpdateOutcome } from '../../privacy/outcome.ts';
import { everythingStored, temporaryFolder, temporaryStorage } from '../../storage/storage.fixture.ts';
import { IdempotentCalls } from './idempotent-calls.ts';
import { blocklistUpdate, exclusionsUpdate, type KeyedRequest, privacyUpdate } from './kept-outcomes.ts';

const DONE: UpdateOutcome = { outcomes: [], failures: [], warnings: [], stanzas: 2, snapshot: undefined };
const KEY = { caller: { kind: 'token', id: 'token' }, key: 'key' } as const;
const CHANGES = [{ field: 'STATUS', wire: 'none' }] as const;
const OTHER = [{ field: 'STATUS', wire: 'all' }] as const;

const opened = async (fails: { finish?: boolean; forget?: boolean } = {}, dataDir?: string) => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock, ...(dataDir && { dataDir }) });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  const full = () => Promise.reject(new Error('the disk is full'));
  const { outcomes } = storage;
  const state = { isBusy: false, forgets: 0 };
  const updates = new IdempotentCalls(
    {
      get isBusy() {
        return state.isBusy;
      },
      outcomes: {
        ...outcomes,
        finish: (...args) => (fails.finish ? full() : outcomes.finish(...args)),
        forget: (...args) => {
          state.forgets += 1;
          return fails.forget ? full() : outcomes.forget(...args);
        },
      },
    },
    clock,
    { incarnation: 'this one', held: true },
  );
  /** Another run of the service, over the same database. */
  const anotherRun = (held: boolean) => {
    const other = new IdempotentCalls(storage, clock, { incarnation: 'another', held });
    const again = () => other.run(id, KEY, privacyUpdate(CHANGES), async () => DONE);
    return { again, forgetLeftBehind: () => other.forgetLeftBehind(() => Promise.resolve(false)) };
  };
  let runs = 0;
  const run = (
    update: () => Promise<UpdateOutcome> = () => Promise.resolve(DONE),
    changes: typeof CHANGES | typeof OTHER = CHANGES,
  ) =>
    updates.run(id, KEY, privacyUpdate(changes), () => {
      runs += 1;
      return update();
    });
  return { fails, state, clock, storage, id, updates, run, runs: () => runs, anotherRun };
};

const NINE = { ...DONE, stanzas: 9 };

test('an outcome that could not be stored is held until it can be: the same call is answered with it', async () => {
  const { fails, run, runs, anotherRun } = await opened({ finish: true, forget: true });
  expect(await run(() => Promise.resolve(NINE))).toEqual(NINE);
  expect([await run(), runs()]).toEqual([NINE, 1]);
  await expect(run(undefined, OTHER)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  Object.assign(fails, { finish: false, forget: false });
  expect([await run(), runs()]).toEqual([NINE, 1]);
  expect(await anotherRun(true).again()).toEqual(NINE);
});

test('it is stored as soon as another one is, or as the service ends', async () => {
  const { fails, updates, run, anotherRun, id } = await opened({ finish: true });
  await run(() => Promise.resolve(NINE));
  await updates.storeLate();
  fails.finish = false;
  await updates.run(id, { ...KEY, key: 'other' }, privacyUpdate(CHANGES), async () => DONE);
  await updates.storeLate();
  expect(await anotherRun(true).again()).toEqual(NINE);
});

test('a run of the service that ended before it could store one leaves its key free', async () => {
  const { run, anotherRun } = await opened({ finish: true });
  await run(() => Promise.resolve(NINE));
  await anotherRun(true).forgetLeftBehind();
  expect(await anotherRun(true).again()).toEqual(DONE);
});

test('a call that came to nothing may be made again, also where that could not be noted, and says what was wrong', async () => {
  const { fails, run, runs } = await opened({ forget: true });
  const refused = new PrivetError('INSTANCE_NOT_CONNECTED', 'not connected');
  await expect(run(() => Promise.reject(refused))).rejects.toBe(refused);
  fails.forget = false;
  expect([await run(), runs()]).toEqual([DONE, 2]);
});

test('while others hold the database up, what can be left undone is not tried', async () => {
  const { state, run, runs } = await opened();
  state.isBusy = true;
  await expect(run(() => Promise.reject(new Error('not connected')))).rejects.toThrow('not connected');
  expect(state.forgets).toBe(0);
  state.isBusy = false;
  expect([await run(), runs()]).toEqual([DONE, 2]);
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

test('what another run of the service has under way is left alone, until this one knows that it has ended', async () => {
  const { run, runs, anotherRun } = await opened();
  const { promise, resolve } = Promise.withResolvers<UpdateOutcome>();
  const first = run(() => promise);
  await expect.poll(runs).toBe(1);
  const beside = anotherRun(false);
  await beside.forgetLeftBehind();
  await expect(beside.again()).rejects.toMatchObject({ code: 'CONFLICT' });

  // That one lost the lock, and goes on without knowing it: what it says of the call is too late.
  expect(await anotherRun(true).again()).toEqual(DONE);
  resolve({ ...DONE, stanzas: 9 });
  expect([await first, await run(), runs()]).toEqual([{ ...DONE, stanzas: 9 }, DONE, 1]);
});

test('what a run that has ended left under way is forgotten', async () => {
  const { storage, run, runs, anotherRun } = await opened({ finish: true, forget: true });
  await run();
  expect(await storage.outcomes.owners()).toEqual(['this one']);
  await anotherRun(true).forgetLeftBehind();
  expect([await storage.outcomes.owners(), runs()]).toEqual([[], 1]);
});

test('an outcome in a form of another version is not guessed at, and the work is not done again', async () => {
  const { storage, id, run, runs } = await opened();
  const call = { ...KEY, key: JSON.stringify([KEY.key, '']), instanceId: id, request: '["status=none"]' };
  await storage.outcomes.begin(call, 'newer');
  await storage.outcomes.finish(call, 'newer', { version: 99, text: '{}' });
  await expect(run()).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(runs()).toBe(0);
});

const phone = (digits: string): NamedContact => ({ text: `+${digits}`, kind: 'phone', digits });
const CONTACT = phone('4915730000099');
const add = (...contacts: NamedContact[]) => ({ kind: 'change', add: contacts, remove: [] }) as const;

test('a key that came with one kind of call, or about one list, is refused with every other', async () => {
  const { updates, id, run } = await opened();
  await run();
  const calls: readonly KeyedRequest<{ readonly stanzas: number }>[] = [
    exclusionsUpdate('STATUS', add(CONTACT)),
    exclusionsUpdate('PROFILE', add(CONTACT)),
    exclusionsUpdate('STATUS', { kind: 'change', add: [], remove: [CONTACT] }),
    exclusionsUpdate('STATUS', { kind: 'replace', contacts: [CONTACT] }),
    exclusionsUpdate('STATUS', add(CONTACT, phone('4915730000098'))),
    blocklistUpdate('block', [CONTACT]),
    blocklistUpdate('unblock', [CONTACT]),
    privacyUpdate(CHANGES),
  ];
  for (const at of calls.keys()) {
    const key = { ...KEY, part: String(at) };
    const works = calls.map((other) => async () => updates.run(id, key, other, async () => ({ stanzas: at })));
    await works[at]?.();
    for (const [also, work] of works.entries()) {
      if (also === at) expect(await work()).toMatchObject({ stanzas: at });
      else await expect(work()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  }
});

test('of a change of a list the whole outcome is kept, and nobody’s number in plain', async () => {
  const dataDir = temporaryFolder();
  const { updates, id } = await opened({}, dataDir);
  const outcome: ExclusionsOutcome = {
    list: { field: 'STATUS', active: true, contacts: [{ phoneNumber: CONTACT.digits, lid: '77@lid' }], observedAt: 5 },
    outcomes: [{ contact: CONTACT.text, result: 'ADDED' }],
    failures: [{ contact: '+1', code: 'NOT_ON_WHATSAPP', message: 'no', retryable: false }],
    stanzas: 4,
  };
  const again = async () => updates.run(id, KEY, exclusionsUpdate('STATUS', add(CONTACT)), async () => outcome);
  expect([await again(), await again()]).toEqual([outcome, outcome]);
  const stored = await everythingStored(dataDir);
  expect([id, CONTACT.digits, '77@lid'].map((text) => stored.includes(text))).toEqual([true, false, false]);
});

test('the outcome of a change of 1,000 contacts takes little room', async () => {
  const { storage, updates, id } = await opened();
  const digits = (index: number, length: number): string =>
    String((index * 7_919 * 104_729) % 10 ** length).padStart(length, '3');
  const contacts = Array.from({ length: 1_000 }, (_, index) => ({
    phoneNumber: `4915${digits(index, 9)}`,
    lid: `${digits(index + 1, 15)}@lid`,
  }));
  const outcome: ExclusionsOutcome = {
    list: { field: 'STATUS', active: true, contacts, observedAt: 5 },
    outcomes: contacts.map(({ phoneNumber }) => ({ contact: `+${phoneNumber}`, result: 'ADDED' })),
    failures: [],
    stanzas: 4,
  };
  const request = exclusionsUpdate('STATUS', add(CONTACT));
  const again = async () => updates.run(id, KEY, request, async () => outcome);
  expect([await again(), await again()]).toEqual([outcome, outcome]);
  const call = { ...KEY, key: JSON.stringify([KEY.key, '']), instanceId: id, request: request.text };
  const kept = await storage.outcomes.begin(call, 'this one');
  expect(kept.kind === 'done' && kept.outcome.text.length).toBeLessThan(35_000);
});

test('an outcome in the form of the version before is answered with', async () => {
  const { updates, id } = await opened();
  const request = (version: number): KeyedRequest<string> => ({
    text: '["x"]',
    form: {
      version,
      stringify: (outcome) => outcome,
      parse: (kept) => (kept.version > version ? undefined : `${kept.text} of ${kept.version}`),
    },
  });
  await updates.run(id, KEY, request(1), async () => 'first');
  expect(await updates.run(id, KEY, request(2), async () => 'second')).toBe('first of 1');
});
