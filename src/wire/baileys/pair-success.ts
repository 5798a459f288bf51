import { type AuthenticationCreds, configureSuccessfulPairing } from '@whiskeysockets/baileys';
import type { CloseEvidence } from '../link.ts';
import type { Stanza } from '../stanza.ts';

/** Why a `pair-success` links nothing, and what WhatsApp is told. */
export interface PairingFlaw {
  readonly evidence: CloseEvidence;
  readonly answer: Stanza;
}

/**
 * What is wrong with a `pair-success`: it has to prove that a phone saw this device's secret and signed its key. Baileys
 * checks that too, but then ends its socket without an answer, and tells no more than that it ended.
 */
export function flawOf(pairSuccess: Stanza, creds: AuthenticationCreds): PairingFlaw | undefined {
  try {
    configureSuccessfulPairing(pairSuccess, creds);
    return undefined;
  } catch (error) {
    // What Baileys finds missing or false it throws as a Boom; what cannot be read at all throws something else.
    return error instanceof Error && 'isBoom' in error
      ? { evidence: { kind: 'pairing_unproven' }, answer: refusal(pairSuccess, '401', 'not-authorized') }
      : { evidence: { kind: 'crashed', error }, answer: refusal(pairSuccess, '500', 'internal-server-error') };
  }
}

/** As whatsmeow and zapo answer it. */
const refusal = ({ attrs }: Stanza, code: string, text: string): Stanza => ({
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', type: 'error', id: attrs['id'] ?? '' },
  content: [{ tag: 'error', attrs: { code, text } }],
});
