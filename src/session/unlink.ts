import type { Stanza } from './link.ts';

/** Removes this device from the account's linked devices. */
export const unlinkStanza = (jid: string): Stanza => ({
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' },
  content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
});
