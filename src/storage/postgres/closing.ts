import type { Client } from 'pg';
import type { Clock } from '../../clock.ts';

/** How long a connection may take to end: of a server that is gone without a word it does not. In milliseconds. */
const GOODBYE_MS = 1_000;

/** Resolves once the connection has ended, so that the server has freed what it held, or it took too long. */
export const endInTime = async (client: Client, clock: Clock): Promise<void> => {
  const done = new AbortController();
  const late = clock.sleep(GOODBYE_MS, done.signal).catch(() => undefined);
  await Promise.race([client.end().catch(() => undefined), late]);
  done.abort();
};
