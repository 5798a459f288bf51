import { expect, test } from 'vitest';
import type { Stanza } from '../../wire/stanza.ts';
import { ScriptedCall, change, HELD, view } from '../update.fixture.ts';
import { planUpdate } from '../plan.ts';
import { listsBefore } from './old-lists.ts';
import { over } from './own-call.ts';

const fields = planUpdate(view({ ...HELD, status: 'contact_blacklist' }), [change('STATUS', 'none')], 0);
const answeredWith = (...content: Stanza[]) =>
  over(new ScriptedCall(), {
    ask: async () => ({
      kind: 'result',
      stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content }] },
    }),
  });

test('who was left out of a field is known by its list', async () => {
  const user = { tag: 'user', attrs: { jid: '1@s.whatsapp.net' } };
  const list = { tag: 'list', attrs: { name: 'status', value: 'contact_blacklist', dhash: '1' }, content: [user] };
  const lists = await listsBefore(answeredWith(list), fields);
  expect([...lists.values()]).toMatchObject([{ field: 'STATUS', contacts: [{ phoneNumber: '1' }] }]);
});

test('a list that is gone by then is nobody to put back: an empty one would leave out nobody', async () => {
  expect(await listsBefore(answeredWith(), fields)).toEqual(new Map());
});
