import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';

/** How long running requests have to finish once a server closes, in milliseconds. */
const CLOSE_MS = 10_000;

export const HTTP_LIMITS = {
  headersTimeout: 5_000,
  /** The whole request, body included; the answer may take longer. */
  requestTimeout: 15_000,
  /** How often Node checks the two above; 30 s by default. */
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
} as const;

/** A server that accepts requests. Disposing stops that, and gives running requests 10 s to finish. */
export interface Listening extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process does: end that one, or choose another port',
  EACCES: 'this user may not: choose a port above 1023',
};

/**
 * @param variable the environment variable that sets the port.
 * @throws OperatorError when the address can not be had.
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  clock: Clock,
  variable = 'PORT',
): Promise<Listening> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = WHY_NOT[code];
    const why = reason === undefined ? code : `${reason}, by ${variable} (${code})`;
    throw new OperatorError(`Can not listen on ${host} port ${port}: ${why}`, { cause: error });
  }
  return { url: urlOf(server, host), [Symbol.asyncDispose]: () => close(server, clock) };
}

async function close(server: Server, clock: Clock): Promise<void> {
  const closed = once(server, 'close');
  const stopped = new AbortController();
  void closed.then(() => stopped.abort());
  server.close();
  using _timer = clock.after(CLOSE_MS, () => server.closeAllConnections());
  // Node closes idle connections only at `close`: those that become idle later would stay for their keep-alive time.
  while (!stopped.signal.aborted) {
    server.closeIdleConnections();
    await clock.sleep(20, stopped.signal).catch(() => {});
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
