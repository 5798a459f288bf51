import type { Session } from './session.ts';
import type { InstanceView } from './state.ts';
import { watch } from './watch.ts';

/** Waits until there is something to scan or type, or the state says why there is not. */
export async function waitForPairing(
  session: Session,
  nudges: AsyncIterable<unknown> & AsyncIterator<unknown>,
  signal: AbortSignal,
): Promise<InstanceView> {
  for await (const view of watch(() => session.view, nudges, signal)) {
    if (view.state !== 'PAIRING' || view.pairing) return view;
  }
  signal.throwIfAborted();
  return session.view;
}
