import type { Http2Session } from 'node:http2';
import type { Clock } from '../clock.ts';
import type { PeerLimits } from './limits.ts';

/**
 * Tries a connection over and over: one through which nothing comes any more does not end by itself. Calls `beat` each time
 * that it lives, and `gone` once it does not.
 */
export function watchLiveness(
  session: Http2Session,
  clock: Clock,
  { pingMs, silentMs }: PeerLimits,
  { beat, gone }: { readonly beat?: () => void; readonly gone: () => void },
): Disposable {
  let heard = clock.monotonic();
  let last = heard;
  const onTime = (): void => {
    const now = clock.monotonic();
    // This process did not run for a while: what the other end answered meanwhile waits in the socket.
    if (now - last > 2 * pingMs) heard = now;
    last = now;
    if (now - heard >= silentMs) return gone();
    if (!session.destroyed) {
      session.ping((error) => {
        if (error === null) heard = clock.monotonic();
      });
    }
    timer = clock.after(pingMs, onTime);
    beat?.();
  };
  let timer = clock.after(pingMs, onTime);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
