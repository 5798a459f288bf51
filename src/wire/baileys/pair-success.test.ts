import { initAuthCreds } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import type { Stanza } from '../stanza.ts';
import { flawOf } from './pair-success.ts';

const pairSuccess = (...content: Stanza[]): Stanza => ({
  tag: 'iq',
  attrs: { id: 'sim-1', type: 'set', from: 's.whatsapp.net' },
  content: [{ tag: 'pair-success', attrs: {}, content }],
});
const device: Stanza = { tag: 'device', attrs: { jid: '4915200000000:1@s.whatsapp.net' } };
const identity = (content: Uint8Array): Stanza => ({ tag: 'device-identity', attrs: {}, content });

test.each([
  ['without a proof', pairSuccess(device), 'pairing_unproven', '401'],
  ['with one that can not be read', pairSuccess(device, identity(Buffer.from('ff', 'hex'))), 'crashed', '500'],
])('a pair-success %s is answered with an error', (_, stanza, kind, code) => {
  expect(flawOf(stanza, initAuthCreds())).toMatchObject({
    evidence: { kind },
    answer: { attrs: { type: 'error', id: 'sim-1' }, content: [{ tag: 'error', attrs: { code } }] },
  });
});
