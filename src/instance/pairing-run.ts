import type { CloseEvidence, LinkIdentity } from '../wire/link.ts';
import type { Instance } from './instance.ts';
import { liveLink } from './live-link.ts';
import { judgeClose } from './login/close-reasons.ts';
import type { Waiting } from './login/waiting.ts';
import { isMute, untilHeld } from './mute-link.ts';
import type { SessionDeps } from './session-deps.ts';
import { PAIRING_CUT_OFF } from './state.ts';

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
  instance.set('PAIRING');
  await untilHeld(deps.owner, signal);
  const { evidence, linked, isCutOff } = await showUntilLinked(run, signal);
  const { state, reason } = judgeClose(evidence, deps.clock.now());
  if (linked) {
    // After a pairing WhatsApp restarts the stream, and the device is still shown as logging in.
    if (!signal.aborted && reason.code !== 'restart_required') instance.set('RECONNECTING', reason);
    const patch = { phoneNumber: linked.phoneNumber, reason: null };
    await waiting.forDatabase(signal, () => instance.life.change({ patch }));
    return !signal.aborted;
  }
  if (signal.aborted) return false;
  // Nothing is stored: the row has said so since the pairing began, and a mute node can't.
  if (isCutOff || isMute(deps.owner)) {
    instance.set('UNPAIRED', PAIRING_CUT_OFF);
    return false;
  }
  await waiting.rest({ state: state === 'PASSKEY_REQUIRED' ? state : 'UNPAIRED', reason }, signal);
  return false;
}

interface PairingEnd {
  readonly evidence: CloseEvidence;
  /** Whom it linked, if anybody. */
  readonly linked: LinkIdentity | undefined;
  /** The node went mute before a phone accepted the device. */
  readonly isCutOff: boolean;
}

/** Shows something to scan or type, on one link, until a phone accepts the device or there is nothing to show any more. */
async function showUntilLinked({ deps, instance, phoneNumber }: PairingRun, signal: AbortSignal): Promise<PairingEnd> {
  const { owner } = deps;
  let linked: LinkIdentity | undefined;
  let isCutOff = false;
  let codeAsked = false;
  // A phone can link by what it was shown as long as there is the link, whether it is shown any more or not, and a mute
  // node could not store that. So the pairing ends, rather than showing nothing for a while: its person learns at once that
  // this QR or code is worth nothing, and the same of whichever node is asked. A phone that has accepted the device
  // already is not cut off: the commit decides, before which the phone's request is not answered.
  const endWhereMute = (): void => {
    const { link } = instance;
    if (!link || link.phase === 'paired' || !isMute(owner)) return;
    isCutOff = true;
    link.end({ kind: 'stopped' });
  };
  const events = {
    onQr: (qr: string, expiresAt: number) => {
      endWhereMute();
      if (isCutOff) return;
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
  using _watched = owner.onChange?.(endWhereMute);
  const evidence = await liveLink(deps, instance, { credentials: undefined, events }, signal);
  return { evidence, linked, isCutOff };
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
