import type { InstanceView } from '../instance/state.ts';
import { watch } from './watch.ts';

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
