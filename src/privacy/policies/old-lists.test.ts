import { expect, test } from 'vitest';
import type { Stanza } from '../../wire/stanza.ts';
import { ScriptedCall, change, HELD, view } from '../update.fixture.ts';
import { planUpdate } from '../plan.ts';
import type { PrivacyCall } from '../port.ts';
import { listsBefore } from './old-lists.ts';

const fields = planUpdate(view({ ...HELD, status: 'contact_blacklist' }), [change('STATUS', 'none')], 0);
const answeredWith = (...content: Stanza[]): PrivacyCall => {
  const stanza = { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content }] };
  return Object.assign(new ScriptedCall(), { port: { ask: async () => ({ kind: 'result', stanza }) } });
};

test('the exclusion list that a write would drop is read before', async () => {
  const user = { tag: 'user', attrs: { jid: '1@s.whatsapp.net' } };
  const list = { tag: 'list', attrs: { name: 'status', value: 'contact_blacklist', dhash: '1' }, content: [user] };
  const lists = await listsBefore(answeredWith(list), fields);
  expect([...lists.values()]).toMatchObject([{ field: 'STATUS', contacts: [{ phoneNumber: '1' }] }]);
});

test('a list that is gone by then is not put back: an empty one would exclude nobody', async () => {
  expect(await listsBefore(answeredWith(), fields)).toEqual(new Map());
});
