import type { PrivacyCall, PrivacyPort, Read } from '../port.ts';
import type { Blocklist } from './blocklist.ts';
import { blockedIn, readBlocklistStanza } from './blocklist-stanzas.ts';

/** Reads whom the account has blocked, by a request of its own. */
export async function readBlocklist(
  port: PrivacyPort,
  call: Pick<PrivacyCall, 'now'>,
  timeoutMs: number,
): Promise<Read<Blocklist>> {
  const shown = blockedIn(await port.ask(readBlocklistStanza(), timeoutMs));
  if (shown.kind !== 'blocked') return shown;
  return { kind: 'shown', value: { contacts: shown.contacts, observedAt: call.now() } };
}
