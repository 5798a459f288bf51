import { PrivetError } from '../errors.ts';
import type { Storage } from '../storage/storage.ts';
import type { Session } from '../instance/session.ts';
import { type InstanceView, PAIRING_ENDED } from '../instance/state.ts';
import { watch } from './watch.ts';

/**
 * Begins to show something to scan or type, anew where that is shown already.
 * @throws PrivetError BAD_USER_INPUT when the instance is linked.
 */
export async function beginPairing(session: Session, storage: Storage, phoneNumber: string | undefined): Promise<void> {
  const { id, name, state } = session.view;
  // What is scanned has to be stored.
  await storage.probe();
  // What is being paired may be linked in this very moment.
  const wasPairing = state === 'PAIRING';
  if (wasPairing) await session.halt();
  // guard: a paired instance is not paired again
  if ((await storage.credentials.load(id)) !== undefined) {
    if (wasPairing) session.start();
    // A pairing may have stored its login and then been cut off: only a login shows whether WhatsApp linked it.
    const advice = session.view.state === 'UNPAIRED' ? 'start it' : 'unlink it before pairing again';
    throw new PrivetError('BAD_USER_INPUT', `Instance "${name}" is linked already; ${advice}`);
  }
  // What holds of it should the service end before the pairing does.
  await storage.instances.update(id, { wanted: 'running', state: 'UNPAIRED', reason: PAIRING_ENDED });
  await session.pair(phoneNumber);
}

/** Waits until there is something to scan or type, or the state says why there is not; undefined when it is deleted. */
export async function waitForPairing(
  read: () => InstanceView | undefined,
  nudges: AsyncIterable<unknown> & AsyncIterator<unknown>,
  signal: AbortSignal,
): Promise<InstanceView | undefined> {
  for await (const view of watch(read, nudges, signal)) {
    if (view.state !== 'PAIRING' || view.pairing) return view;
  }
  signal.throwIfAborted();
  return read();
}
