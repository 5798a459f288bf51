import { describe, expect, test } from 'vitest';
import { DEFAULT_PRIVACY } from '../../simulator/privacy.ts';
import type { Act, Plan, Step } from './acts.ts';
import { runPlan } from './run.ts';

/** As far as statements are counted: none of the works below ends before. */
const MOST = 100;
const LINKED_BY = 5_000;

const update: Act = { do: 'update', changes: [{ field: 'STATUS', wire: 'none' }] };
const keys: Act = { do: 'keys' };
const drop: Act = { do: 'disconnect', ending: { how: 'fin' } };
const pair: Act = { do: 'pair', byCode: false, acceptAfterMs: 500 };

/** What the instance is asked for, with milliseconds between, again and again until a hundred statements have run. */
const WORKS: Readonly<Record<string, readonly (readonly [afterMs: number, act: Act])[]>> = {
  pairing: [
    [0, pair],
    [4_000, { do: 'unlink' }],
  ],
  'logging in': [
    [0, drop],
    [2_500, keys],
  ],
  updating: [
    [0, update],
    [20, keys],
    [1_000, update],
    [1_020, keys],
  ],
  reading: [
    [0, { do: 'read' }],
    [20, keys],
    [1_000, { do: 'read' }],
    [1_020, keys],
  ],
  starting: [
    [0, { do: 'start' }],
    [2_000, keys],
    [2_500, { do: 'stop' }],
  ],
  stopping: [
    [0, { do: 'stop' }],
    [1_500, { do: 'start' }],
    [3_000, keys],
  ],
  unlinking: [
    [0, { do: 'unlink' }],
    [2_000, pair],
  ],
  deleting: [
    [0, { do: 'delete' }],
    [2_000, pair],
  ],
  'restarting the service': [
    [0, { do: 'restart' }],
    [2_000, keys],
  ],
};
const ROUND_MS = 5_000;
/** A link that was OPEN for so long is connected again soon. */
const LOGIN_ROUND_MS = 65_000;
const ROUNDS = 10;

function planOf(work: string, nth: number, when: 'before' | 'after'): Plan {
  const slot = (name: string, index: number, calm: boolean) => ({
    name,
    phoneNumber: `49170000000${index}`,
    privacy: Object.entries(DEFAULT_PRIVACY),
    echoes: false,
    latencyMs: 40,
    calm,
  });
  const acts = WORKS[work] ?? [];
  const roundMs = work === 'logging in' ? LOGIN_ROUND_MS : ROUND_MS;
  const rounds = Array.from({ length: ROUNDS }, (_, n) => LINKED_BY + n * roundMs);
  const linked: Step[] = (work === 'pairing' ? ['b'] : ['a', 'b']).map((name) => ({ at: 0, slot: name, ...pair }));
  return {
    seed: nth,
    slots: [slot('a', 1, false), slot('b', 2, false)],
    steps: [
      ...linked,
      { at: LINKED_BY - 1, slot: '*', do: 'sql_fault', nth, when },
      ...rounds.flatMap((at) => acts.map(([afterMs, act]) => ({ at: at + afterMs, slot: 'a', ...act }))),
    ],
  };
}

/** What fails behind a read, or behind the beginning of a transaction, changes nothing. */
const changesNothing = (statement: string): boolean => /a statement fails: (select|begin|rollback)/.test(statement);

/** Of each work, every so many statements fail, from another one on for each. */
export function failStatements(every: number): void {
  describe.each([...Object.keys(WORKS).entries()])('statement after statement of the database fails', (index, work) => {
    test(`while ${work}, before or after it is carried out: a typed error, credentials intact, and all comes back`, async () => {
      for (let nth = 1 + (index % every); nth <= MOST; nth += every) {
        const failed = await failing(work, nth, 'before');
        expect(failed, `less than ${nth} statements ran`).toBeDefined();
        if (failed !== undefined && !changesNothing(failed)) await failing(work, nth, 'after');
      }
    }, 120_000);
  });
}

/** Runs the work with that fault, expects every promise to hold, and gives the line of the history with the fault. */
async function failing(work: string, nth: number, when: 'before' | 'after'): Promise<string | undefined> {
  const { violations, history } = await runPlan(planOf(work, nth, when));
  const broken = violations.map(({ rule, text }) => `${rule}: ${text}`);
  expect(broken, `n = ${nth}, ${when}\n${history.join('\n')}`).toEqual([]);
  return history.find((line) => line.includes('a statement fails'));
}
