import type { InstanceView } from '../instance/state.ts';

/** Waits until there is something to scan or type, or the state says why there is not; undefined when it is deleted. */
export async function waitForPairing(
  changes: AsyncIterable<InstanceView>,
  signal: AbortSignal,
): Promise<InstanceView | undefined> {
  for await (const view of changes) {
    if (view.state !== 'PAIRING' || view.pairing) return view;
  }
  signal.throwIfAborted();
  return undefined;
}
