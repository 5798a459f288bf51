import { describe, expect, test } from 'vitest';
import { DEFAULT_PRIVACY } from '../simulator/privacy.ts';
import type { Act, Plan } from './harness/acts.ts';
import { runPlan, type RunResult } from './harness/run.ts';

const LINKED_BY = 10_000;

/** One instance that is linked when the steps begin; each with its time after that. */
const planOf = (...steps: readonly (readonly [atMs: number, act: Act])[]): Plan => ({
  seed: 1,
  slots: [
    {
      name: 'a',
      phoneNumber: '491700000001',
      privacy: Object.entries(DEFAULT_PRIVACY),
      echoes: false,
      latencyMs: 40,
      calm: false,
    },
  ],
  steps: [
    { at: 0, slot: 'a', do: 'pair', byCode: false, acceptAfterMs: 100 },
    ...steps.map(([atMs, act]) => ({ at: LINKED_BY + atMs, slot: 'a', ...act })),
  ],
});

const broken = ({ violations }: RunResult): string[] => violations.map(({ rule, text }) => `${rule}: ${text}`);
const update = (wire: string): Act => ({ do: 'update', changes: [{ field: 'STATUS', wire }] });
const silence = (type: 'get' | 'set', times: number): Act => ({
  do: 'fault',
  fault: { type, times, effect: { do: 'silence', apply: false } },
});
const storeFails = (nth: number): Act => ({ do: 'store_fault', nth, fault: { do: 'fail' } });

describe('histories that broke a promise once', () => {
  test('a write that was acknowledged, and then no read was answered: the subscription learns of it', async () => {
    const result = await runPlan(planOf([0, silence('get', 3)], [1, update('none')], [60_000, { do: 'keys' }]));
    expect(broken(result)).toEqual([]);
  });

  test('a write that lands when there is no time left for another read: the subscription learns of it', async () => {
    const fault = { type: 'set', times: 1, effect: { do: 'late_work', ms: 4_500 } } as const;
    const result = await runPlan(
      planOf(
        // The first update takes 20 s, so that the second one has under 5 s left when its write lands.
        [0, silence('get', 2)],
        [1, update('contacts')],
        [100, { do: 'fault', fault }],
        [101, update('none')],
        [60_000, { do: 'keys' }],
      ),
    );
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toContain('WhatsApp sets status=none');
  });

  test('a write that lands behind the read that another hand made true: the subscription learns of it', async () => {
    const phone = (value: string): Act => ({ do: 'phone', category: 'status', value });
    const late = { do: 'fault', fault: { type: 'set', times: 1, effect: { do: 'late_work', ms: 1_500 } } } as const;
    const result = await runPlan(
      planOf([0, late], [1, update('none')], [2, phone('none')], [500, phone('contacts')], [30_000, { do: 'keys' }]),
    );
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toMatch(/phone sets status=contacts[^]*WhatsApp sets status=none/);
  });

  test('an update behind one that went unanswered waits for the next connection', async () => {
    const result = await runPlan(planOf([0, silence('set', 1)], [1, update('none')], [5_000, update('contacts')]));
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toContain('WhatsApp sets status=contacts');
  });

  test.each(['stop', 'unlink', 'delete'] as const)(
    'the database fails behind the end of the connection of a %s: the state does not stay OPEN',
    async (kind) => {
      for (const nth of [1, 2, 3]) {
        const result = await runPlan(planOf([0, storeFails(nth)], [1, { do: kind }], [10_000, { do: 'read' }]));
        expect(broken(result)).toEqual([]);
      }
    },
  );

  test('the database fails once while an instance logs in again: it comes back by itself', async () => {
    const drop: Act = { do: 'disconnect', ending: { how: 'fin' } };
    const result = await runPlan(planOf([0, storeFails(1)], [1, drop], [30_000, { do: 'read' }]));
    expect(broken(result)).toEqual([]);
    const history = result.history.join('\n');
    expect(history).toMatch(/store fault at credentials\.load[^]*is OPEN/);
    expect(history).not.toContain('STOPPED');
  });

  test.each([
    ['LOGGED_OUT', 401],
    ['BANNED', 403],
  ])('the database fails once while a session ends as %s: that is not lost', async (state, reason) => {
    const evidence = { kind: 'failure', reason, expiresInS: undefined } as const;
    const end: Act = { do: 'disconnect', ending: { how: 'word', evidence } };
    const result = await runPlan(planOf([0, storeFails(1)], [1, end], [30_000, { do: 'keys' }]));
    expect(broken(result)).toEqual([]);
    const history = result.history.join('\n');
    expect(history).toMatch(
      new RegExp(`store fault at owned\\.change[^]*is RECONNECTING \\(storage_failed\\)[^]*is ${state} `),
    );
    expect(history).not.toContain('internal_error');
  });

  test('an instance that is deleted while it is being paired: the call that pairs it ends', async () => {
    const again: Act = { do: 'pair', byCode: false, acceptAfterMs: 100 };
    const result = await runPlan(planOf([0, { do: 'unlink' }], [5_000, again], [5_001, { do: 'delete' }]));
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toMatch(/pair \d+ fails: There is no instance/);
  });

  test('a link is asked for a read ten minutes after the last one, not after the next check', async () => {
    const result = await runPlan(planOf([300_000, { do: 'read' }], [960_000, { do: 'keys' }]));
    expect(broken(result)).toEqual([]);
  });

  test('a change that is announced during the pause after refusals, but behind a read of somebody else, is seen', async () => {
    const phone = (value: string): Act => ({ do: 'phone', category: 'status', value });
    const refuse = { type: 'get', times: 6, effect: { do: 'refuse', code: 503, afterMs: 0 } } as const;
    const result = await runPlan(
      planOf(
        [0, { do: 'fault', fault: refuse }],
        // The sixth refusal, 62 s later, is followed by a pause of a minute.
        [1, phone('none')],
        [70_000, { do: 'read' }],
        [90_000, phone('contacts')],
        [95_000, { do: 'keys' }],
      ),
    );
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toMatch(/(request \d+ refused[^]*){6}phone sets status=contacts/);
  });

  test.each([
    { what: 'a ban', reason: { kind: 'failure', reason: 402, expiresInS: 90 }, change: 'unlink' },
    {
      what: 'a replacement',
      reason: { kind: 'stream_error', code: undefined, child: 'conflict', conflict: 'replaced' },
      change: 'delete',
    },
  ] as const)('$what is waited for also where $change failed meanwhile', async ({ reason, change }) => {
    const effect = { do: 'word', at: 'success', evidence: reason } as const;
    const result = await runPlan(
      planOf(
        [0, { do: 'login_fault', fault: { times: 1, effect } }],
        [10, { do: 'disconnect', ending: { how: 'fin' } }],
        [15_000, storeFails(1)],
        [15_001, { do: change }],
        [150_000, { do: 'keys' }],
      ),
    );
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toMatch(/(unlink|delete) \d+ fails: \S+ made to fail[^]*is OPEN/);
  });

  test('the link goes with the answer to what a rollback reads before it writes: it writes nothing', async () => {
    const evidence = { kind: 'stream_error', code: 503, child: undefined, conflict: undefined } as const;
    const ending = { how: 'word', evidence } as const;
    const effect = { do: 'end', apply: true, reply: true, ending } as const;
    const end: Act = { do: 'fault', fault: { type: 'get', times: 1, effect } };
    const changes = [{ field: 'STATUS', wire: 'none' }] as const;
    const rollback: Act = { do: 'update', changes, terms: { onFailure: 'ROLLBACK' } };
    const rest = [60_000, { do: 'keys' }] as const;
    const settings = await runPlan(planOf([10_000, end], [10_001, rollback], rest));
    const withList: Act = { do: 'phone', category: 'status', value: 'contact_blacklist' };
    // WhatsApp has had the first read by then: it is the read of the list that ends the link.
    const list = await runPlan(planOf([0, withList], [5_000, rollback], [5_045, end], rest));
    expect([...broken(settings), ...broken(list)]).toEqual([]);
    const ends = /WhatsApp ends link 2: [^]*result[^]*link 2 ends[^]*on link 3 for update \d+: read[^]*update \d+ ends/;
    for (const history of [settings, list].map((result) => result.history.join('\n'))) {
      expect(history).toMatch(ends);
      expect(history).not.toContain('sets status=none');
    }
    expect(list.history.join('\n')).toMatch(/: list_read status[^]*WhatsApp ends link 2/);
  });

  test('a list that is changed while a rollback reads another one is not emptied by the value alone', async () => {
    const lists = (category: string): Act => ({ do: 'phone_list', list: category, add: ['4915100000001'], remove: [] });
    const changes = [
      { field: 'STATUS', wire: 'none' },
      { field: 'PROFILE', wire: 'contact_blacklist' },
    ] as const;
    const result = await runPlan(
      planOf(
        [0, lists('status')],
        [5_000, { do: 'update', changes, terms: { onFailure: 'ROLLBACK' } }],
        [5_045, lists('profile')],
        [60_000, { do: 'keys' }],
      ),
    );
    expect(broken(result)).toEqual([]);
    expect(result.history.join('\n')).toMatch(/: list_read status[^]*: read[^]*: list_read status[^]*sets status=none/);
  });

  test('a delete that was carried out and reported as failed can be made once more', async () => {
    const fault = { do: 'store_fault', nth: 2, fault: { do: 'fail_after' } } as const;
    const result = await runPlan(planOf([0, { do: 'stop' }], [1_000, fault], [2_000, { do: 'delete' }]));
    expect(broken(result)).toEqual([]);
  });
});
