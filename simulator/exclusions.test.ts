import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { type BareClient, iq, linkAndOpen } from './bare-client.ts';
import type { Person } from './people.ts';
import { PrivacyState } from './privacy-state.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

type Kind = 'LID' | 'phone number';
const KINDS: Kind[] = ['LID', 'phone number'];

let accounts = 0;

/** An account with a client that speaks for one of its devices. */
async function open(kind: Kind, privacy?: Record<string, string>) {
  const phone = `49155510000${String((accounts += 1)).padStart(2, '0')}`;
  simulator.createAccount(phone, { preKeys: 30, lid: kind === 'LID', ...(privacy ? { privacy } : {}) });
  const client = await linkAndOpen(simulator, phone);
  const addressing: Record<string, string> = kind === 'LID' ? { addressing_mode: 'lid' } : {};
  const user = (action: string, person: Person, more: Record<string, string> = {}): BinaryNode => ({
    tag: 'user',
    attrs: { action, jid: kind === 'LID' ? `${person.lid}@lid` : `${person.phoneNumber}@s.whatsapp.net`, ...more },
  });
  const seen = (person: Person) =>
    kind === 'LID'
      ? { jid: `${person.lid}@lid`, pn_jid: `${person.phoneNumber}@s.whatsapp.net` }
      : { jid: `${person.phoneNumber}@s.whatsapp.net` };
  const ask = async (by: BareClient, type: 'get' | 'set', content: BinaryNode, attrs = addressing) => {
    const { content: reply } = await by.socket.query(
      iq(type, 'privacy', [{ tag: 'privacy', attrs, content: [content] }]),
      5_000,
    );
    const [answered] = reply as BinaryNode[];
    return (answered?.content as BinaryNode[] | undefined)?.[0];
  };
  const list = (more: Record<string, string> = {}, name = 'last'): BinaryNode => ({
    tag: 'list',
    attrs: { name, value: 'contact_blacklist', ...more },
  });
  const category = (dhash: string, users: BinaryNode[], name = 'last'): BinaryNode => ({
    tag: 'category',
    attrs: { name, value: 'contact_blacklist', dhash },
    content: users,
  });
  const plain = (value: string): BinaryNode => ({ tag: 'category', attrs: { name: 'last', value } });
  return {
    phone,
    client,
    user,
    seen,
    list,
    category,
    ask,
    read: (more?: Record<string, string>) => ask(client, 'get', list(more)),
    write: (dhash: string, ...users: BinaryNode[]) => ask(client, 'set', category(dhash, users)),
    writePlain: (value: string) => ask(client, 'set', plain(value), {}),
    held: () => simulator.account(phone).exclusions['last'],
  };
}

test.each(KINDS)('a %s account sets mode and members in one write, and reads them', async (kind) => {
  const it = await open(kind);
  await using client = it.client;
  const [one, two, three] = simulator.createContacts(3);
  if (!one || !two || !three) throw new Error('no contacts');
  expect(client.auth.creds.me?.lid === undefined).toBe(kind === 'phone number');
  await expect(it.read()).resolves.toBeUndefined();

  const written = await it.write('none', it.user('add', one), it.user('add', two));
  expect(simulator.account(it.phone).privacy['last']).toBe('contact_blacklist');
  const first = it.held();
  expect(first).toEqual({ dhash: expect.any(String), members: [one.phoneNumber, two.phoneNumber] });
  expect(written?.attrs).toEqual({ name: 'last', value: 'contact_blacklist', dhash: first?.dhash });
  const read = await it.read({ dhash: 'none' });
  expect(read?.attrs).toEqual(written?.attrs);
  expect((read?.content as BinaryNode[] | undefined)?.map(({ attrs }) => attrs)).toEqual([it.seen(one), it.seen(two)]);
  await expect(it.read({ dhash: first?.dhash ?? '' })).resolves.toBeUndefined();

  // Who is there is added, and who is not is removed, without harm.
  await it.write(first?.dhash ?? '', it.user('remove', one), it.user('add', two), it.user('remove', three));
  const second = it.held();
  expect(second?.members).toEqual([two.phoneNumber]);
  expect(Number(second?.dhash)).toBeGreaterThan(Number(first?.dhash));
  for (const stale of [first?.dhash ?? '', 'none', '1']) {
    await expect(it.write(stale, it.user('add', three))).rejects.toMatchObject({ data: 409 });
  }
  expect(it.held()).toEqual(second);
});

test.each(KINDS)('a %s account: what leaves the mode leaves the list behind', async (kind) => {
  const it = await open(kind);
  await using _ = it.client;
  const [one] = simulator.createContacts(1);
  if (!one) throw new Error('no contact');
  await it.write('none', it.user('add', one));
  const { dhash } = it.held() ?? { dhash: '' };
  expect((await it.writePlain('contacts'))?.attrs).toEqual({ name: 'last', value: 'contacts' });
  await expect(it.read()).resolves.toBeUndefined();
  await expect(it.write(dhash, it.user('add', one))).rejects.toMatchObject({ data: 409 });
  // The mode alone, as a plain write: nobody is left out, and there is a version.
  const flipped = await it.writePlain('contact_blacklist');
  expect(Number(flipped?.attrs['dhash'])).toBeGreaterThan(Number(dhash));
  expect((await it.read())?.content).toEqual([]);
  // A write with a version and without members leaves them as they are.
  await it.write(flipped?.attrs['dhash'] ?? '', it.user('add', one));
  await it.write(it.held()?.dhash ?? '');
  expect(it.held()?.members).toEqual([one.phoneNumber]);
  await it.writePlain('contact_blacklist');
  expect(it.held()?.members).toEqual([]);
});

test.each(KINDS)('a %s account is refused what WhatsApp refuses, and nothing changes', async (kind) => {
  const it = await open(kind, { last: 'all', status: 'contact_blacklist', stickers: 'contacts' });
  await using client = it.client;
  const [one, other] = simulator.createContacts(2);
  if (!one || !other) throw new Error('no contacts');
  const phoneJid = { jid: `${one.phoneNumber}@s.whatsapp.net` };
  const lidJid = { jid: `${one.lid}@lid` };
  const nobody = kind === 'LID' ? { jid: '123456789@lid' } : { jid: '4915559999999@s.whatsapp.net' };
  const add = it.user('add', one);
  const write = (...users: BinaryNode[]) => it.category('none', users);
  const wrongKind = kind === 'LID' ? phoneJid : lidJid;
  const wrongMode: Record<string, string> = kind === 'LID' ? {} : { addressing_mode: 'lid' };
  const refusals: [string, Promise<unknown>, number?][] = [
    ['addressing mode of a write', it.ask(client, 'set', write(add), wrongMode)],
    ['addressing mode of a read', it.ask(client, 'get', it.list(), wrongMode)],
    ['another addressing mode', it.ask(client, 'get', it.list(), { addressing_mode: 'pn' })],
    ['the other kind of JID', it.ask(client, 'set', write({ tag: 'user', attrs: { action: 'add', ...wrongKind } }))],
    [
      'a pn_jid of somebody else',
      it.ask(client, 'set', write(it.user('add', one, { pn_jid: `${other.phoneNumber}@s.whatsapp.net` }))),
    ],
    ['who does not exist', it.ask(client, 'set', write({ tag: 'user', attrs: { action: 'add', ...nobody } })), 406],
    ['an unknown action', it.ask(client, 'set', write(it.user('keep', one)))],
    ['the same user twice', it.ask(client, 'set', write(add, it.user('remove', one)))],
    ['an unknown attribute', it.ask(client, 'set', write(it.user('add', one, { name: 'x' })))],
    ['something that is no user', it.ask(client, 'set', write({ ...add, tag: 'item' }))],
    ['no version', it.ask(client, 'set', { ...write(add), attrs: { name: 'last', value: 'contact_blacklist' } })],
    ['an odd version', it.ask(client, 'set', it.category('now', [add]))],
    [
      'another value',
      it.ask(client, 'set', { ...write(add), attrs: { name: 'last', value: 'contacts', dhash: 'none' } }),
    ],
    ['a category that it lacks', it.ask(client, 'set', it.category('none', [add], 'profile'))],
    ['a category without lists', it.ask(client, 'set', it.category('none', [add], 'stickers'))],
    ['a read of a category that it lacks', it.ask(client, 'get', it.list({}, 'profile'))],
    ['a read of a category without lists', it.ask(client, 'get', it.list({}, 'stickers'))],
  ];
  const codes = await Promise.all(
    refusals.map(async ([what, refused, code = 400]) => {
      const answer = await refused.then(
        () => 'taken',
        (error: { data?: number }) => error.data,
      );
      return { what, as: answer === code ? 'expected' : answer };
    }),
  );
  expect(codes.filter(({ as }) => as !== 'expected')).toEqual([]);
  const two = [write(add), it.category('none', [add], 'status')];
  const both = iq('set', 'privacy', [{ tag: 'privacy', attrs: wrongMode, content: two }]);
  await expect(client.socket.query(both, 5_000)).rejects.toMatchObject({ data: 400 });
  expect(simulator.account(it.phone)).toMatchObject({
    privacy: { last: 'all', status: 'contact_blacklist' },
    exclusions: { status: { members: [] } },
  });
});

test('two devices change one list: who comes second is told 409, and each hears of the other', async () => {
  const it = await open('LID');
  await using client = it.client;
  await using second = await linkAndOpen(simulator, it.phone);
  const [one, two, three] = simulator.createContacts(3);
  if (!one || !two || !three) throw new Error('no contacts');
  await it.write('none', it.user('add', one));
  await vi.waitFor(() => expect(second.notifications).toHaveLength(1));
  expect(second.notifications[0]).toMatchObject({ attrs: { type: 'account_sync' }, content: [{ tag: 'privacy' }] });
  expect(client.notifications).toEqual([]);
  const { dhash } = it.held() ?? { dhash: '' };
  const answers = await Promise.allSettled([
    it.ask(second, 'set', it.category(dhash, [it.user('add', two)])),
    it.write(dhash, it.user('add', three)),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  simulator.setExclusions(it.phone, 'last', { replace: [three.phoneNumber] });
  expect(it.held()?.members).toEqual([three.phoneNumber]);
  await vi.waitFor(() => expect(client.notifications.length).toBeGreaterThan(0));
});

test('who keeps the phone number to themselves is named by LID alone', async () => {
  const it = await open('LID');
  await using _ = it.client;
  const [hidden] = simulator.createContacts(1, { hidden: true });
  if (!hidden) throw new Error('no contact');
  simulator.setExclusions(it.phone, 'last', { add: [hidden.phoneNumber] });
  expect((await it.read())?.content).toEqual([{ tag: 'user', attrs: { jid: `${hidden.lid}@lid` } }]);
});

test('no two states of the lists have the same version, also within one millisecond', () => {
  const state = new PrivacyState(Object.entries({ last: 'contact_blacklist', status: 'all' }), () => 1_000);
  const first = state.list('last')?.dhash;
  state.change('status', { add: ['1'], remove: [] });
  state.set('last', 'contact_blacklist');
  expect([first, state.list('status')?.dhash, state.list('last')?.dhash]).toEqual(['1000', '1001', '1002']);
});
