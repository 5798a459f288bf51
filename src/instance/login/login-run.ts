import { ofInstance } from '../../telemetry/events.ts';
import type { CloseEvidence, LinkIdentity } from '../../wire/link.ts';
import type { Instance } from '../instance.ts';
import { liveLink } from '../live-link.ts';
import { isMute, untilHeld } from '../mute-link.ts';
import type { SessionDeps } from '../session-deps.ts';
import { CLIENT_OUTDATED, LOGINS_HELD_UP } from './close-reasons.ts';
import { type Rank, RANKS } from './ranked-places.ts';
import type { ReconnectPolicy } from './reconnect.ts';

export interface LoginRun {
  readonly deps: SessionDeps;
  readonly instance: Instance;
  readonly policy: ReconnectPolicy;
}

/** Logs in when it is this instance's turn, and stays until the link is gone. */
export async function runLogin(run: LoginRun, credentials: string, signal: AbortSignal): Promise<CloseEvidence> {
  const { deps, instance, policy } = run;
  const place = await enterGate(run, signal);
  instance.set('CONNECTING', instance.view.reason && { ...instance.view.reason, retryAt: undefined });
  const events = {
    // Only a refused login means that the device is not linked any more.
    onQr: () => instance.link?.end({ kind: 'crashed', error: new Error('Offered to pair a paired device') }),
    onPaired: () => undefined,
    onLogin: (identity: LinkIdentity) => void open(run, identity, place),
    onAnnouncement: () => instance.privacy.announced(),
  };
  // Not awaited, as in `liveLink`.
  return liveLink(deps, instance, { credentials, events }, signal).finally(() => {
    place[Symbol.dispose]();
    policy.ended();
  });
}

/** A node of several logs nothing in while another one may have the instance. */
async function enterGate({ deps, instance }: LoginRun, signal: AbortSignal): Promise<Disposable> {
  const { gate, owner, isWatched } = deps;
  const rank = (): Rank => {
    if (instance.privacy.isWaitedFor) return RANKS.called;
    return isWatched?.(instance.view.id) ? RANKS.watched : RANKS.other;
  };
  for (;;) {
    const onHeldUp = (wasRefused: boolean, retryAt: number): void => {
      if (wasRefused) return instance.set('CLIENT_OUTDATED', { ...CLIENT_OUTDATED, retryAt });
      instance.set('RECONNECTING', { ...LOGINS_HELD_UP, retryAt });
    };
    const place = await gate.enter(instance.view.id, signal, onHeldUp, rank);
    // guard: a mute node logs nothing in, else true
    const mayLogIn = !isMute(owner);
    if (mayLogIn) return place;
    place[Symbol.dispose]();
    await untilHeld(owner, signal);
  }
}

/** Logged in; OPEN once the first read is in. */
async function open(run: LoginRun, { phoneNumber }: LinkIdentity, place: Disposable) {
  const { deps, instance, policy } = run;
  const { link, privacy } = instance;
  if (!link) return;
  link.reached('first_read');
  const reply = await privacy.opened(link);
  // The link may have ended at the moment when its answer came.
  // guard: OPEN only with the first read
  // guard: an old link does not open the instance, else reply.kind !== 'snapshot'
  if (!privacy.isOn(link)) {
    if (reply.kind !== 'snapshot') link.end({ kind: 'first_read_failed', reply });
    return;
  }
  link.reached('open');
  policy.opened();
  place[Symbol.dispose]();
  deps.gate.accepted(instance.view.id);
  const isKnown = instance.view.phoneNumber === phoneNumber;
  instance.set('OPEN', undefined, { phoneNumber });
  if (!isKnown) await storeNumber(run, phoneNumber);
}

/**
 * The number is not known where the service was killed between storing the login and storing the number. Where it can't be
 * stored now, the next start tries again.
 */
async function storeNumber({ deps, instance }: LoginRun, phoneNumber: string): Promise<void> {
  try {
    await instance.life.change({ patch: { phoneNumber, reason: null } });
  } catch (error) {
    deps.log.warn({ ...ofInstance(instance.view), err: error }, 'the phone number could not be stored');
  }
}
