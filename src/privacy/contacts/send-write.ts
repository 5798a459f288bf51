import type { Stanza } from '../../wire/stanza.ts';
import type { PrivacyCall } from '../port.ts';
import { requestTimeout } from '../time.ts';
import type { ContactUpdate, ContactWrite } from './contact-update.ts';

/** Sends one write for these, without waiting for its reply; notes that it was not sent where the time is up. */
export function sendWrite(call: PrivacyCall, stanza: Stanza, updates: readonly ContactUpdate[]): ContactWrite {
  const timeoutMs = requestTimeout(call.remaining());
  const announcements = call.announcements();
  const write: ContactWrite =
    timeoutMs === undefined
      ? { answered: undefined, reply: { kind: 'unsent' }, announcements }
      : { answered: send(timeoutMs), reply: undefined, announcements };
  for (const update of updates) update.writes.push(write);
  return write;

  async function send(ms: number): Promise<void> {
    const reply = await call.port.ask(stanza, ms);
    write.reply = reply;
  }
}
