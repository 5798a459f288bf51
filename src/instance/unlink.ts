import { InstanceNotConnectedError, PrivetError } from '../errors.ts';
import type { Stanza } from '../wire/stanza.ts';
import { refusedBy } from './refused-by.ts';
import { ARCHIVE_MS, type Session } from './session.ts';
import { carriedOut, settle, type Parts } from './settle.ts';

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

/** Logs the device out on WhatsApp, or here alone where that can't be. @throws as `logOut` */
export const unlink = (session: Session, parts: Parts): Promise<void> =>
  session.isOutOfReach ? setAside(session, parts) : logOut(session, parts);

/**
 * Logs the device out on WhatsApp; its credentials are set aside once WhatsApp confirmed it.
 * @throws InstanceNotConnectedError; PrivetError OVERLOADED, WHATSAPP_ERROR, TIMEOUT: the instance may still be linked.
 */
export async function logOut(session: Session, parts: Parts): Promise<void> {
  const { link } = session;
  if (!link?.jid || !session.privacy.isOn(link)) throw new InstanceNotConnectedError(session.standing);
  // What WhatsApp confirms has to be stored.
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
  await archive(session, parts);
  await settle(session, parts, 'LOGGED_OUT', { code: 'unlinked_by_user', message: 'Logged out on WhatsApp' });
}

/** For an account that WhatsApp refuses, or that gets no connection for long: else it could not be linked anew. */
async function setAside(session: Session, parts: Parts): Promise<void> {
  await parts.storage.probe();
  await archive(session, parts);
  const message = 'Unlinked here alone: WhatsApp was not told, and the phone still lists the device; remove it there';
  await settle(session, parts, 'LOGGED_OUT', { code: 'unlinked_here', message });
}

async function archive(session: Session, { storage, clock }: Parts): Promise<void> {
  await session.halt();
  const { id } = session.view;
  await carriedOut(
    () => storage.credentials.archive(id, clock.now() + ARCHIVE_MS),
    async () => (await storage.credentials.load(id)) === undefined,
  );
}
