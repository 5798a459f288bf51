import { InstanceNotConnectedError, PrivetError } from '../errors.ts';
import type { Stanza } from '../wire/stanza.ts';
import { refusedBy } from './refused-by.ts';
import type { CommandParts } from './commands.ts';
import { ARCHIVE_MS } from './life.ts';
import type { Session } from './session.ts';
import type { StateReason } from './state.ts';

/** How long WhatsApp may take to confirm a logout, in milliseconds. */
const UNLINK_TIMEOUT_MS = 10_000;
/** How long the end of the stream is waited for where the logout was not answered, in milliseconds. */
const LOGOUT_GRACE_MS = 3_000;

/** Removes this device from the account's linked devices. */
const unlinkStanza = (jid: string): Stanza => ({
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' },
  content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
});

/**
 * Logs the device out on WhatsApp; its credentials are set aside once WhatsApp confirmed it.
 * @throws InstanceNotConnectedError; PrivetError OVERLOADED, WHATSAPP_ERROR, TIMEOUT: the instance may still be linked.
 */
export async function logOut(session: Session, parts: CommandParts): Promise<void> {
  const { link } = session;
  if (!link?.jid || !session.privacy.isOn(link)) throw new InstanceNotConnectedError(session.standing);
  // Once WhatsApp has confirmed, it has to be stored: nothing is asked while the database takes nothing.
  await parts.storage.probe();
  const reply = await link.request(unlinkStanza(link.jid), UNLINK_TIMEOUT_MS);
  if (reply.kind === 'refused') throw refusedBy('the logout', reply);
  // guard: unlinked only when WhatsApp said so
  if (reply.kind !== 'result') {
    // WhatsApp may end the stream as "removed" instead of answering.
    await Promise.race([session.finished, parts.clock.sleep(LOGOUT_GRACE_MS)]);
    if (session.view.state !== 'LOGGED_OUT') {
      throw new PrivetError('TIMEOUT', 'WhatsApp did not confirm the logout; the instance may still be linked');
    }
  }
  await setAside(session, parts, { code: 'unlinked_by_user', message: 'Logged out on WhatsApp' });
}

/** Ends the session, and sets its login aside. */
export async function setAside(session: Session, { clock }: CommandParts, reason: StateReason): Promise<void> {
  await session.halt();
  const stateSince = clock.now();
  const patch = { wanted: 'stopped', state: 'LOGGED_OUT', stateSince, reason } as const;
  await session.life.changeForUser({ archiveUntil: stateSince + ARCHIVE_MS, patch });
  session.set('LOGGED_OUT', reason);
}
