import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Stanza } from '../stanza.ts';
import { admitStanzas } from './admission.ts';

const SERVER = '@s.whatsapp.net';
const node = (tag: string, attrs: Record<string, string> = {}, content?: Stanza['content']): Stanza =>
  content === undefined ? { tag, attrs } : { tag, attrs, content };
const offer = (...refs: Stanza[]): Stanza => node('iq', { type: 'set' }, [node('pair-device', {}, refs)]);
const ref = node('ref', {}, Buffer.from('2@abc'));
const dirty = (type: string): Stanza => node('ib', {}, [node('dirty', { type })]);
const notification = (type: string, from = SERVER): Stanza => node('notification', { type, from });

test.each<[string, Stanza, boolean, boolean]>([
  ['CB:iq,type:set,pair-device', offer(ref, ref), false, true],
  // The timer that shows the second one would throw.
  ['CB:iq,type:set,pair-device', offer(ref, node('ref')), false, false],
  ['CB:iq,type:set,pair-device', offer(), false, false],
  ['CB:iq,type:set,pair-device', offer(ref), true, false],
  ['CB:iq,,pair-success', node('iq'), false, true],
  ['CB:iq,,pair-success', node('iq'), true, false],
  ['CB:iq,,pair-success', node('iq', { id: 'forged' }), false, false],
  ['CB:success', node('success'), true, true],
  ['CB:success', node('success'), false, false],
  ['CB:failure', node('failure'), false, true],
  ['CB:ib,,edge_routing', node('ib'), true, false],
  ['CB:ib,,dirty', dirty('account_sync'), true, true],
  ['CB:ib,,dirty', dirty('groups'), true, false],
  ['CB:message', node('message', { from: SERVER }), true, true],
  ['CB:message', node('message'), true, false],
  ['CB:receipt', node('receipt', { from: SERVER }), false, false],
  ['CB:notification', notification('encrypt'), true, true],
  ['CB:notification', notification('encrypt', '49150@s.whatsapp.net'), true, false],
  ['CB:notification', notification('server_sync'), true, false],
  ['CB:notification', notification('link_code_companion_reg'), true, false],
  ['CB:notification', notification('link_code_companion_reg'), false, true],
  ['CB:presence', node('presence'), true, false],
  ['CB:something,new', node('x'), true, false],
])('%s %j, paired %s: heard %s', (event, stanza, paired, heard) => {
  const emitter = new EventEmitter();
  const seen: Stanza[] = [];
  emitter.on(event, (each: Stanza) => void seen.push(each));
  emitter.on('open', () => undefined);
  const device = { isPaired: () => paired, mayLink: ({ attrs }: Stanza) => attrs['id'] !== 'forged' };
  admitStanzas(emitter, device, (error) => expect.unreachable(String(error)));
  emitter.emit(event, stanza);
  expect(seen).toEqual(heard ? [stanza] : []);
  expect(emitter.listenerCount('open')).toBe(1);
});
