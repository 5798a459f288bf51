import type { Logger } from 'pino';
import { ofInstance } from '../../telemetry/events.ts';
import { CLIENT_OUTDATED, LOGINS_HELD_UP } from './close-reasons.ts';
import type { InstancePrivacy } from '../privacy/instance-privacy.ts';
import type { CloseEvidence, Link, LinkIdentity } from '../../wire/link.ts';
import type { Life } from '../life.ts';
import type { RunEvents } from '../live-link.ts';
import type { LoginGate } from './login-gate.ts';
import type { ReconnectPolicy } from './reconnect.ts';
import type { InstanceState, InstanceView, StateExtra, StateReason } from '../state.ts';

/** The session that logs in. */
export interface LoggedInSession {
  readonly view: InstanceView;
  readonly link: Link | undefined;
  readonly privacy: InstancePrivacy;
  readonly life: Pick<Life, 'change'>;
  set(state: InstanceState, reason?: StateReason, extra?: StateExtra): void;
}

export interface LoginRun {
  readonly session: LoggedInSession;
  readonly gate: LoginGate;
  readonly log: Logger;
  readonly policy: ReconnectPolicy;
  /** Opens the link, and waits until it is gone. */
  readonly live: (events: RunEvents) => Promise<CloseEvidence>;
}

/** Logs in when it is this instance's turn, and stays until the link is gone. */
export async function runLogin(run: LoginRun, signal: AbortSignal): Promise<CloseEvidence> {
  const { session, gate, policy, live } = run;
  using place = await gate.enter(session.view.id, signal, (wasRefused, retryAt) => {
    if (wasRefused) return session.set('CLIENT_OUTDATED', { ...CLIENT_OUTDATED, retryAt });
    session.set('RECONNECTING', { ...LOGINS_HELD_UP, retryAt });
  });
  session.set('CONNECTING', session.view.reason && { ...session.view.reason, retryAt: undefined });
  const evidence = await live({
    // Whoever offers to pair a device that is paired is not heard: only a refused login means logged out.
    onQr: () => session.link?.end({ kind: 'crashed', error: new Error('Offered to pair a paired device') }),
    onPaired: () => undefined,
    onLogin: (identity) => void open(run, identity, place),
    onAnnouncement: () => session.privacy.announced(),
  });
  policy.ended();
  return evidence;
}

/** Logged in; OPEN once the first read is in. */
async function open(run: LoginRun, { phoneNumber }: LinkIdentity, place: Disposable) {
  const { session, gate, policy } = run;
  const { link } = session;
  if (!link) return;
  link.reached('first_read');
  const reply = await session.privacy.opened(link);
  // The link may have ended in the same breath as its answer came.
  // guard: OPEN only with the first read
  // guard: an old link does not open the instance, else reply.kind !== 'snapshot'
  if (!session.privacy.isOn(link)) {
    if (reply.kind !== 'snapshot') link.end({ kind: 'first_read_failed', reply });
    return;
  }
  link.reached('open');
  policy.opened();
  place[Symbol.dispose]();
  gate.accepted(session.view.id);
  const isKnown = session.view.phoneNumber === phoneNumber;
  session.set('OPEN', undefined, { phoneNumber });
  if (!isKnown) await storeNumber(run, phoneNumber);
}

/** As after a pairing that a kill cut short once its login was stored. Where it can't be stored, the next start tries again. */
async function storeNumber({ session: { view, life }, log }: LoginRun, phoneNumber: string): Promise<void> {
  try {
    await life.change({ patch: { phoneNumber, reason: null } });
  } catch (error) {
    log.warn({ ...ofInstance(view), err: error }, 'the phone number could not be stored');
  }
}
