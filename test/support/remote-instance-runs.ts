import { expect } from 'vitest';
import { InstanceDocument } from '../gql/graphql.ts';
import { askFor } from './ask.ts';
import type { LinkedInstance, TestPrivet } from './privet.ts';
import type { PersonsTerminal } from './terminal.ts';
import { AS_SHOWN, type RemoteRun } from './remote-run.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as unknown;
const TOKEN_LINE = ['Token', expect.stringMatching(/^pvti_\S{55,}$/)];
const INTERRUPT = '\u0003';

const INSTANCES = ['NAME', 'STATE', 'SINCE', 'NUMBER', 'WHY'];
const OUTCOMES = ['FIELD', 'WANTED', 'BEFORE', 'NOW', 'RESULT', 'WHY'];
const SETTINGS = [
  ['FIELD', 'VALUE'],
  ['last-seen', 'all'],
  ['status', 'all'],
  ['profile', 'all'],
  ['online', 'all'],
  ['linked-profiles', '-'],
  ['pix', '-'],
  ['read-receipts', 'all'],
  ['defense', 'off'],
  ['default-disappearing', 'off'],
  ['call-add', 'all'],
  ['group-add', 'all'],
  ['messages', 'all'],
  ['stickers', 'contacts'],
];

/** A second one beside the linked one, for what makes or links one. */
const fresh = ({ name }: LinkedInstance): string => `${name}-new`;

const stateOf = async (privet: TestPrivet, name: string): Promise<string | undefined> =>
  (await askFor(privet, InstanceDocument, { name })).instance?.state;

/** Scans what stands on the screen. */
const scan = async (privet: TestPrivet, terminal: PersonsTerminal): Promise<void> => {
  await terminal.shows(/the next code comes in|"qr":"/);
  const qr = /"qr":"([^"]+)"/.exec(terminal.text)?.[1] ?? terminal.qr().dark;
  await privet.simulator.scan(qr ?? 'none');
};

const LINKED = (name: string) => [expect.stringMatching(new RegExp(`^"${name}" is linked to \\+\\d+$`))];

/** The commands about instances and their settings. Each run has an instance of its own, which is linked. */
export const INSTANCE_RUNS: readonly RemoteRun[] = [
  [
    'instance create',
    'makes it, and shows its token',
    (shop, privet) => ({
      args: [fresh(shop)],
      screen: [[`Instance ${fresh(shop)}`], TOKEN_LINE],
      json: [{ instance: { name: fresh(shop), state: 'UNPAIRED' }, token: TOKEN_LINE[1] }],
      after: async () => expect(await stateOf(privet, fresh(shop))).toBe('UNPAIRED'),
    }),
  ],
  [
    'instance list',
    'lists what the token reaches',
    ({ name, phoneNumber, token }) => ({
      args: ['--token', token],
      screen: [INSTANCES, [name, 'OPEN', TIME, `+${phoneNumber}`, '-']],
      json: [{ name, state: 'OPEN', phoneNumber, reason: null }],
    }),
  ],
  [
    'instance stop',
    'shows it stopped',
    ({ name, phoneNumber }, privet) => ({
      args: [name],
      screen: [INSTANCES, [name, 'STOPPED', TIME, `+${phoneNumber}`, 'Stopped']],
      json: [{ name, state: 'STOPPED', phoneNumber, reason: { message: 'Stopped' } }],
      after: async () => expect(await stateOf(privet, name)).toBe('STOPPED'),
    }),
  ],
  [
    'instance start',
    'shows it on its way',
    async ({ name, phoneNumber }, privet) => {
      await privet.graphql(`mutation { stopInstance(instance: "${name}") { state } }`);
      return {
        args: [name],
        screen: [
          INSTANCES,
          [
            name,
            expect.stringMatching(/^(RECONNECTING|CONNECTING|OPEN)$/),
            TIME,
            `+${phoneNumber}`,
            expect.any(String),
          ],
        ],
        json: [{ name, state: expect.stringMatching(/^(RECONNECTING|CONNECTING|OPEN)$/) as unknown, phoneNumber }],
        after: () => privet.waitForState(name, 'OPEN'),
      };
    },
  ],
  [
    'instance unlink',
    'shows it logged out',
    ({ name, phoneNumber }, privet) => ({
      args: [name],
      screen: [INSTANCES, [name, 'LOGGED_OUT', TIME, `+${phoneNumber}`, 'Logged out on WhatsApp']],
      json: [{ name, state: 'LOGGED_OUT', phoneNumber, reason: { message: 'Logged out on WhatsApp' } }],
      after: async () => expect(await stateOf(privet, name)).toBe('LOGGED_OUT'),
    }),
  ],
  [
    'instance delete',
    'asks for its name',
    ({ name }, privet) => ({
      args: [name],
      async meanwhile(terminal) {
        await terminal.shows(/Type its name to delete it: $/);
        terminal.type(`${name}\n`);
      },
      screen: [
        [`"${name}" will be gone with its login and its tokens. Type its name to delete it: ${name}`],
        ['DELETED'],
        [name],
      ],
      json: [{ name }],
      besideJson: /^"\S+" will be gone [^\n]*$/,
      after: async () => expect(await stateOf(privet, name)).toBeUndefined(),
    }),
  ],
  [
    'instance pair',
    'ends once a phone has linked',
    async (shop, privet) => {
      await privet.graphql(`mutation { createInstance(name: "${fresh(shop)}") { token } }`);
      return {
        args: [fresh(shop)],
        meanwhile: (terminal) => scan(privet, terminal),
        draws: true,
        screen: [LINKED(fresh(shop))],
        json: expect.arrayContaining([expect.objectContaining({ name: fresh(shop), state: 'OPEN' })]) as unknown[],
        after: () => privet.waitForState(fresh(shop), 'OPEN'),
      };
    },
  ],
  [
    'pair',
    'makes an instance, and ends once a phone has linked',
    (shop, privet) => ({
      args: [fresh(shop), '--create'],
      meanwhile: (terminal) => scan(privet, terminal),
      draws: true,
      screen: [[`Instance ${fresh(shop)}`], TOKEN_LINE, LINKED(fresh(shop))],
      json: expect.arrayContaining([
        expect.objectContaining({ token: TOKEN_LINE[1] }),
        expect.objectContaining({ name: fresh(shop), state: 'OPEN' }),
      ]) as unknown[],
      after: () => privet.waitForState(fresh(shop), 'OPEN'),
    }),
  ],
  [
    'privacy get',
    'shows every field',
    ({ name }) => ({
      args: [name],
      screen: [...SETTINGS, AS_SHOWN],
      json: [{ visibility: { lastSeen: 'ALL' }, permissions: { stickers: 'CONTACTS' }, stale: false }],
    }),
  ],
  [
    'privacy get',
    'says why it can not',
    async ({ name }, privet) => {
      await privet.graphql(`mutation { stopInstance(instance: "${name}") { state } }`);
      const why = 'Instance is not connected to WhatsApp: STOPPED; Stopped';
      return { args: [name], exitCode: 4, screen: [[why]], json: [], besideJson: new RegExp(`^${why}$`) };
    },
  ],
  [
    'privacy plan',
    'shows what it would do, and does nothing',
    ({ name, phoneNumber }, privet) => ({
      args: [name, 'lastSeen=none', 'online=all', 'group-add=contacts'],
      screen: [
        ['FIELD', 'FROM', 'TO'],
        ['last-seen', 'all', 'none'],
        ['group-add', 'all', 'contacts'],
        ['online', 'holds it already', '-'],
        [expect.stringMatching(/^Warning: last-seen: WhatsApp hides in turn: .* see its own$/)],
        ['It would send 3 stanzas to WhatsApp'],
      ],
      json: [
        {
          steps: [
            { field: 'LAST_SEEN', from: 'ALL', to: 'NONE' },
            { field: 'GROUP_ADD', from: 'ALL', to: 'CONTACTS' },
          ],
          unchanged: ['ONLINE'],
          stanzas: 3,
          warnings: [{ field: 'LAST_SEEN' }],
        },
      ],
      after: () =>
        expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ last: 'all', groupadd: 'all' }),
    }),
  ],
  [
    'privacy set',
    'shows each field applied',
    ({ name, phoneNumber }, privet) => ({
      args: [name, 'profile=none', 'online=match-last-seen', 'call-add=all'],
      screen: [
        OUTCOMES,
        ['profile', 'none', 'all', 'none', 'applied', '-'],
        ['online', 'match-last-seen', 'all', 'match-last-seen', 'applied', '-'],
        ['call-add', 'all', 'all', 'all', 'already-set', '-'],
        [expect.stringMatching(/^Warning: online: MATCH_LAST_SEEN changes nothing while lastSeen is ALL/)],
      ],
      json: [
        {
          settings: { visibility: { profile: 'NONE', online: 'MATCH_LAST_SEEN' } },
          outcomes: [{ result: 'APPLIED' }, { result: 'APPLIED' }, { result: 'ALREADY_SET' }],
          failures: [],
        },
      ],
      after: () =>
        expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({
          profile: 'none',
          online: 'match_last_seen',
        }),
    }),
  ],
  [
    'privacy set',
    'names the field that was refused, with the reason',
    ({ name, phoneNumber }, privet) => {
      const match = { xmlns: 'privacy', type: 'set', category: 'status' };
      privet.simulator.addFault({ phoneNumber, match, do: 'error', code: 406 });
      const message = 'WhatsApp refused the change: 406 not-acceptable';
      return {
        args: [name, 'status=none', 'profile=none'],
        exitCode: 3,
        screen: [
          OUTCOMES,
          ['status', 'none', 'all', 'all', 'rejected', message],
          ['profile', 'none', 'all', 'none', 'applied', '-'],
          ['1 of 2 fields do not hold'],
        ],
        json: [{ failures: [{ field: 'STATUS', code: 'REJECTED', current: 'ALL', message }] }],
        besideJson: /^1 of 2 fields do not hold$/,
        after: () =>
          expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ status: 'all', profile: 'none' }),
      };
    },
  ],
  [
    'privacy watch',
    'shows each change until Ctrl-C',
    ({ name, phoneNumber }, privet) => ({
      args: [name],
      async meanwhile(terminal) {
        await terminal.shows(/stickers/);
        privet.simulator.setPrivacy(phoneNumber, 'last', 'none');
        await terminal.shows(/all → none|"lastSeen":"NONE"/);
        terminal.type(INTERRUPT);
      },
      screen: [
        // What was never read: to watch does not read the timer.
        ...SETTINGS.map(([field, value]) => [field, field === 'default-disappearing' ? '-' : value]),
        [TIME, 'last-seen', 'all → none'],
      ],
      json: [{ visibility: { lastSeen: 'ALL' } }, { visibility: { lastSeen: 'NONE' } }],
    }),
  ],
];
