const TICK_MS = 5_000;
/** A busy machine delays a tick by a second or two; a lid that was closed, by minutes. */
const ASLEEP_MS = 20_000;

/**
 * Calls `tell` where connections that seem to be open may be none: the machine slept, or came back to a network.
 * @returns what ends it.
 */
export function onWake(tell: () => void): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const slept = now - last > ASLEEP_MS;
    last = now;
    if (slept) tell();
  }, TICK_MS);
  addEventListener('online', tell);
  return () => {
    clearInterval(timer);
    removeEventListener('online', tell);
  };
}
