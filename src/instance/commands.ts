import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { SealError } from '../storage/errors.ts';
import type { Storage } from '../storage/storage.ts';
import { ofInstance } from '../telemetry/events.ts';
import type { Session } from './session.ts';
import { PAIRING_ENDED, type StateReason } from './state.ts';
import { logOut, setAside } from './unlink.ts';

/**
 * What the commands need beside the session. Each command runs within `Session.exclusively`, and is stored before it takes
 * effect: where that fails, the instance goes on as before.
 */
export interface CommandParts {
  readonly storage: Pick<Storage, 'probe'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const STOPPED_BY_USER: StateReason = { code: 'stopped_by_user', message: 'Stopped' };

/**
 * Begins to show something to scan or type, anew where that is shown already.
 * @throws PrivetError BAD_USER_INPUT when the instance is linked.
 */
export async function pairInstance(
  session: Session,
  { storage }: CommandParts,
  phoneNumber: string | undefined,
): Promise<void> {
  const { name, state } = session.view;
  // A pairing ends with a login to store: none is begun while the database takes nothing.
  await storage.probe();
  // A pairing that runs may link the device at this moment: it is ended first, and then looked at.
  const wasPairing = state === 'PAIRING';
  if (wasPairing) await session.halt();
  // guard: a paired instance is not paired again
  if ((await session.life.loadCredentials()) !== undefined) {
    if (wasPairing) session.start();
    // A pairing may have been cut off after it stored its login: only logging in shows whether WhatsApp linked it.
    const advice = session.view.state === 'UNPAIRED' ? 'start it' : 'unlink it before pairing again';
    throw new PrivetError('BAD_USER_INPUT', `Instance "${name}" is linked already; ${advice}`);
  }
  // What the next start finds, should the service end before the pairing does.
  const patch = { wanted: 'running', state: 'UNPAIRED', reason: PAIRING_ENDED } as const;
  await session.life.change({ patch, observed: null });
  await session.pair(phoneNumber);
}

/** @throws PrivetError BAD_USER_INPUT when it is not linked. */
export async function startInstance(session: Session, { clock }: CommandParts): Promise<void> {
  if ((await session.life.loadCredentials()) === undefined) {
    const message = `Instance "${session.view.name}" is not linked to a phone; pair it first`;
    throw new PrivetError('BAD_USER_INPUT', message);
  }
  const patch = { wanted: 'running', state: 'STOPPED', stateSince: clock.now(), reason: null } as const;
  await session.life.changeForUser({ patch });
  session.start();
}

export async function stopInstance(session: Session, { clock }: CommandParts): Promise<void> {
  const stateNow = async () => ((await isLinked(session)) ? 'STOPPED' : 'UNPAIRED');
  const store = async (state: 'STOPPED' | 'UNPAIRED'): Promise<void> => {
    // guard: what was stopped stays so after a restart, else 'running'
    const wanted = 'stopped';
    await session.life.changeForUser({ patch: { wanted, state, stateSince: clock.now(), reason: STOPPED_BY_USER } });
  };
  const state = await stateNow();
  await store(state);
  const before = session.view;
  await session.halt();
  const hasChanged = session.view !== before;
  session.set(state, STOPPED_BY_USER);
  // Meanwhile a pairing may have linked the device, or the session may have ended by itself and stored how.
  const end = await stateNow();
  if (!hasChanged && end === state) return;
  await store(end);
  session.set(end, STOPPED_BY_USER);
}

/**
 * Logs the device out on WhatsApp. Where WhatsApp is out of reach it is done here alone, so that the account can be linked
 * again. @throws as `logOut`
 */
export async function unlinkInstance(session: Session, parts: CommandParts): Promise<void> {
  if (!session.isOutOfReach) return logOut(session, parts);
  const message = 'Unlinked here alone: WhatsApp was not told, and the phone still lists the device; remove it there';
  await parts.storage.probe();
  await setAside(session, parts, { code: 'unlinked_here', message });
}

/** Deletes the instance and its login for good: nothing is kept of it. */
export async function deleteInstance(session: Session, parts: CommandParts): Promise<void> {
  // While the database takes nothing, the instance can't be deleted: then its device stays linked too.
  await parts.storage.probe();
  if (session.view.state === 'OPEN') await tryToLogOut(session, parts);
  await session.halt();
  await session.life.remove();
}
/** A login that can't be opened is a login too. */
async function isLinked({ life }: Session): Promise<boolean> {
  try {
    return (await life.loadCredentials()) !== undefined;
  } catch (error) {
    if (error instanceof SealError) return true;
    throw error;
  }
}

/** Where it fails, the phone goes on listing the device until somebody removes it there. */
async function tryToLogOut(session: Session, parts: CommandParts): Promise<void> {
  try {
    await logOut(session, parts);
  } catch (error) {
    parts.log.warn({ ...ofInstance(session.view), err: error }, 'not logged out');
  }
}
