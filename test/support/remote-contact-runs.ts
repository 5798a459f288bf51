import { expect } from 'vitest';
import type { TestPrivet } from './privet.ts';
import { AS_SHOWN, type RemoteRun } from './remote-run.ts';

const [ONE, ANOTHER, NOBODY] = ['4915123456711', '4915123456722', '4915123456733'];

export const ON_WHATSAPP = [ONE, ANOTHER];

const LID = expect.stringMatching(/^\d+@lid$/) as unknown;
const CONTACTS = ['NUMBER', 'LID'];
const CHANGED = ['CONTACT', 'RESULT', 'WHY'];

/** By the API, before the command runs. */
async function change(privet: TestPrivet, mutation: string): Promise<void> {
  const { errors } = await privet.graphql(`mutation { ${mutation} { failures { message } } }`);
  expect(errors).toBeUndefined();
}

/** The commands about whom a field leaves out and whom an account has blocked; there must be `ON_WHATSAPP`. */
export const CONTACT_RUNS: readonly RemoteRun[] = [
  [
    'exclusions list',
    'says that there is none',
    ({ name }) => ({
      args: [name, 'profile'],
      screen: [CONTACTS, ['profile is not set to contact-blacklist, so there is no list']],
      json: [{ field: 'PROFILE', active: false, contacts: [] }],
    }),
  ],
  [
    'exclusions list',
    'lists whom a field leaves out',
    async ({ name }, privet) => {
      await change(privet, `updatePrivacyExclusions(instance: "${name}", field: PROFILE, input: { add: ["${ONE}"] })`);
      return {
        args: [name, 'profile'],
        screen: [CONTACTS, [`+${ONE}`, LID], AS_SHOWN],
        json: [{ field: 'PROFILE', active: true, contacts: [{ phoneNumber: ONE, lid: LID }] }],
      };
    },
  ],
  [
    'exclusions add',
    'shows what became of each contact',
    ({ name, phoneNumber }, privet) => {
      const message = 'Nobody on WhatsApp has this number or JID';
      return {
        args: [name, 'profile', `+${ONE}`, '+49 151 23456722', `+${NOBODY}`],
        exitCode: 3,
        screen: [
          CHANGED,
          [`+${ONE}`, 'added', '-'],
          ['+49 151 23456722', 'added', '-'],
          [`+${NOBODY}`, 'not-on-whatsapp', message],
          ['It does not hold for 1 of 3 contacts'],
        ],
        json: [
          {
            outcomes: [{ result: 'ADDED' }, { result: 'ADDED' }, { contact: `+${NOBODY}`, result: 'FAILED' }],
            failures: [{ contact: `+${NOBODY}`, code: 'NOT_ON_WHATSAPP', message }],
          },
        ],
        besideJson: /^It does not hold for 1 of 3 contacts$/,
        after: () =>
          expect(privet.simulator.account(phoneNumber).exclusions['profile']?.members).toEqual([ONE, ANOTHER]),
      };
    },
  ],
  [
    'exclusions remove',
    'shows what became of each contact',
    async ({ name, phoneNumber }, privet) => {
      const both = `["${ONE}", "${ANOTHER}"]`;
      await change(privet, `updatePrivacyExclusions(instance: "${name}", field: PROFILE, input: { add: ${both} })`);
      return {
        args: [name, 'profile', `+${ONE}`],
        screen: [CHANGED, [`+${ONE}`, 'removed', '-']],
        json: [{ outcomes: [{ contact: `+${ONE}`, result: 'REMOVED' }], failures: [] }],
        after: () => expect(privet.simulator.account(phoneNumber).exclusions['profile']?.members).toEqual([ANOTHER]),
      };
    },
  ],
  [
    'block',
    'shows what became of each contact',
    ({ name, phoneNumber }, privet) => {
      return {
        args: [name, `+${ONE}`, `+${NOBODY}`],
        exitCode: 3,
        screen: [
          CHANGED,
          [`+${ONE}`, 'added', '-'],
          [`+${NOBODY}`, 'not-on-whatsapp', 'Nobody on WhatsApp has this number or JID'],
          ['It does not hold for 1 of 2 contacts'],
        ],
        json: [{ outcomes: [{ result: 'ADDED' }, { result: 'FAILED' }], failures: [{ code: 'NOT_ON_WHATSAPP' }] }],
        besideJson: /^It does not hold for 1 of 2 contacts$/,
        after: () => expect(privet.simulator.account(phoneNumber).blocklist).toEqual([ONE]),
      };
    },
  ],
  [
    'blocked',
    'lists whom the account has blocked',
    async ({ name }, privet) => {
      await change(privet, `blockContacts(instance: "${name}", contacts: ["${ONE}"])`);
      return {
        args: [name],
        screen: [CONTACTS, [`+${ONE}`, LID], AS_SHOWN],
        json: [{ contacts: [{ phoneNumber: ONE, lid: LID }] }],
      };
    },
  ],
  [
    'unblock',
    'shows what became of each contact',
    async ({ name, phoneNumber }, privet) => {
      await change(privet, `blockContacts(instance: "${name}", contacts: ["${ONE}"])`);
      return {
        args: [name, `+${ONE}`],
        screen: [CHANGED, [`+${ONE}`, 'removed', '-']],
        json: [{ outcomes: [{ contact: `+${ONE}`, result: 'REMOVED' }], failures: [] }],
        after: () => expect(privet.simulator.account(phoneNumber).blocklist).toEqual([]),
      };
    },
  ],
];
