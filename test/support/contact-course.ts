import { print } from 'graphql';
import { expect } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { BlockDocument, BlockedDocument, ExclusionsDocument, UpdateExclusionsDocument } from '../gql/graphql.ts';
import { ask, askFor, type Caller } from './ask.ts';
import { canary, type Canary } from './canaries.ts';

/** A number that can be one, and that nobody has; and texts that are none, but that somebody may have typed. */
const NOBODY = '4915740088887';
const NONE = ['+49 (0)1574 0088886', '4915740088885:3@s.whatsapp.net', '+49157400888841111111'];

/**
 * Reads and changes the lists of an instance that is OPEN: with a key, with refusals, lost links and contacts that are
 * none. Resolves to everybody's numbers.
 */
export async function contactCourse(
  caller: Caller,
  simulator: Simulator,
  { instance, phoneNumber }: { readonly instance: string; readonly phoneNumber: string },
): Promise<Canary[]> {
  const some = simulator.createContacts(6);
  const [listed, blocked, added, refused, cut, replaced] = some.map((person) => person.phoneNumber) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const field = 'PROFILE';
  simulator.setExclusions(phoneNumber, 'profile', { replace: [listed] });
  simulator.setBlocked(phoneNumber, { block: [blocked] });
  expect((await askFor(caller, ExclusionsDocument, { instance, field })).privacyExclusions?.contacts).toHaveLength(1);
  expect((await askFor(caller, BlockedDocument, { instance })).blockedContacts?.contacts).toHaveLength(1);

  // With a key, so that it is stored what was asked for and what came of it.
  const variables = { instance, field, input: { add: [`+${added}`, `+${NOBODY}`] } };
  const response = await fetch(`${caller.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${caller.token}`,
      'idempotency-key': 'contacts-1',
    },
    body: JSON.stringify({ query: print(UpdateExclusionsDocument), variables }),
  });
  expect(await response.json()).toMatchObject({
    data: { updatePrivacyExclusions: { failures: [{ contact: `+${NOBODY}`, code: 'NOT_ON_WHATSAPP' }] } },
  });

  const match = { xmlns: 'privacy', type: 'set', list: true };
  simulator.addFault({ phoneNumber, match, do: 'error', code: 403, times: 1 });
  await ask(caller, UpdateExclusionsDocument, { instance, field, input: { add: [`+${refused}`] } });
  simulator.addFault({ phoneNumber, match, do: 'close', times: 1 });
  await ask(caller, UpdateExclusionsDocument, { instance, field, input: { add: [`+${cut}`] } });
  for (const text of NONE) {
    const { errors } = await ask(caller, UpdateExclusionsDocument, { instance, field, input: { replace: [text] } });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  }
  await askFor(caller, UpdateExclusionsDocument, { instance, field, input: { replace: [`+${replaced}`] } });
  simulator.addFault({ phoneNumber, match: { xmlns: 'blocklist', type: 'set' }, do: 'error', code: 406, times: 1 });
  await ask(caller, BlockDocument, { instance, contacts: [`+${refused}`, `+${NOBODY}`] });
  return [
    ...some.flatMap((person, at) => [
      canary(`the number of contact ${at}`, person.phoneNumber),
      canary(`the LID of contact ${at}`, person.lid ?? 'none'),
    ]),
    canary("nobody's number", NOBODY),
    ...NONE.map((text, at) => canary(`text ${at} that is no number`, text)),
  ];
}
