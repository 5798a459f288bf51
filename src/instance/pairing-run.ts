import type { CloseEvidence, Link, LinkIdentity } from '../wire/link.ts';
import type { RunEvents } from './live-link.ts';
import type { InstanceState, InstanceView, StateExtra, StateReason } from './state.ts';

/** A pairing code works as long as the socket that asked for it lives: behind its first QR come five more, for 20 s each. */
const BEHIND_FIRST_QR_MS = 100_000;

/** The session that is being paired. */
export interface PairedSession {
  readonly view: InstanceView;
  readonly link: Link | undefined;
  set(state: InstanceState, reason?: StateReason, extra?: StateExtra): void;
}

export interface PairingRun {
  readonly session: PairedSession;
  /** The number to pair by code; by QR where undefined. */
  readonly phoneNumber: string | undefined;
  /** Opens the link, and waits until it is gone. */
  readonly live: (events: RunEvents) => Promise<CloseEvidence>;
}

/** What a pairing ended by, and whom it linked, if anybody. */
export interface PairingEnd {
  readonly evidence: CloseEvidence;
  readonly linked: LinkIdentity | undefined;
}

/** Shows something to scan or type, on one link, until a phone accepts the device or there is nothing to show any more. */
export async function runPairing(run: PairingRun): Promise<PairingEnd> {
  const { session, phoneNumber, live } = run;
  session.set('PAIRING');
  const accepted = { by: undefined as LinkIdentity | undefined };
  let codeAsked = false;
  const evidence = await live({
    onQr: (qr, expiresAt) => {
      if (phoneNumber === undefined) return session.set('PAIRING', undefined, { pairing: { qr, expiresAt } });
      if (codeAsked) return;
      codeAsked = true;
      void showCode(session, phoneNumber, expiresAt + BEHIND_FIRST_QR_MS);
    },
    onPaired: (identity) => {
      accepted.by = identity;
      session.set('CONNECTING', { code: 'paired', message: 'Paired; logging in' }, identity);
    },
    onLogin: () => undefined,
    onAnnouncement: () => undefined,
  });
  return { evidence, linked: accepted.by };
}

async function showCode(session: PairedSession, phoneNumber: string, expiresAt: number): Promise<void> {
  const { link } = session;
  try {
    const code = await link?.requestPairingCode(phoneNumber);
    if (code === undefined || link !== session.link || session.view.state !== 'PAIRING') return;
    session.set('PAIRING', undefined, { pairing: { code, expiresAt } });
  } catch (error) {
    link?.end({ kind: 'crashed', error });
  }
}
