import type { CloseEvidence, LinkIdentity } from '../wire/link.ts';
import type { Instance } from './instance.ts';
import { liveLink } from './live-link.ts';
import { judgeClose } from './login/close-reasons.ts';
import type { Waiting } from './login/waiting.ts';
import type { SessionDeps } from './session-deps.ts';

/** A pairing code works as long as its socket is open: that shows five more QRs after the first, for 20 s each. */
const BEHIND_FIRST_QR_MS = 100_000;

export interface PairingRun {
  readonly deps: SessionDeps;
  readonly instance: Instance;
  readonly waiting: Waiting;
  /** The number to pair by code; by QR where undefined. */
  readonly phoneNumber: string | undefined;
}

/** Links a device; true when it is linked, and to be logged in next. */
export async function runPairing(run: PairingRun, signal: AbortSignal): Promise<boolean> {
  const { deps, instance, waiting } = run;
  const { evidence, linked } = await showUntilLinked(run, signal);
  const { state, reason } = judgeClose(evidence, deps.clock.now());
  if (linked) {
    // After a pairing WhatsApp restarts the stream, and the device is still shown as logging in.
    if (!signal.aborted && reason.code !== 'restart_required') instance.set('RECONNECTING', reason);
    const patch = { phoneNumber: linked.phoneNumber, reason: null };
    await waiting.forDatabase(signal, () => instance.life.change({ patch }));
    return !signal.aborted;
  }
  if (signal.aborted) return false;
  await waiting.rest({ state: state === 'PASSKEY_REQUIRED' ? state : 'UNPAIRED', reason }, signal);
  return false;
}

interface PairingEnd {
  readonly evidence: CloseEvidence;
  /** Whom it linked, if anybody. */
  readonly linked: LinkIdentity | undefined;
}

/** Shows something to scan or type, on one link, until a phone accepts the device or there is nothing to show any more. */
async function showUntilLinked({ deps, instance, phoneNumber }: PairingRun, signal: AbortSignal): Promise<PairingEnd> {
  instance.set('PAIRING');
  let linked: LinkIdentity | undefined;
  let codeAsked = false;
  const events = {
    onQr: (qr: string, expiresAt: number) => {
      if (phoneNumber === undefined) return instance.set('PAIRING', undefined, { pairing: { qr, expiresAt } });
      if (codeAsked) return;
      codeAsked = true;
      void showCode(instance, phoneNumber, expiresAt + BEHIND_FIRST_QR_MS);
    },
    onPaired: (identity: LinkIdentity) => {
      linked = identity;
      instance.set('CONNECTING', { code: 'paired', message: 'Paired; logging in' }, identity);
    },
    onLogin: () => undefined,
    onAnnouncement: () => undefined,
  };
  const evidence = await liveLink(deps, instance, { credentials: undefined, events }, signal);
  return { evidence, linked };
}

async function showCode(instance: Instance, phoneNumber: string, expiresAt: number): Promise<void> {
  const { link } = instance;
  try {
    const code = await link?.requestPairingCode(phoneNumber);
    if (code === undefined || link !== instance.link || instance.view.state !== 'PAIRING') return;
    instance.set('PAIRING', undefined, { pairing: { code, expiresAt } });
  } catch (error) {
    link?.end({ kind: 'crashed', error });
  }
}
