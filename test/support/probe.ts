import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A program of its own: every 100 ms it asks a service whether it is alive, and itself as well, whatever has become of the
 * question before. What it takes itself is what the machine takes.
 */
const EVERY_MS = 100;
const GIVEN_UP_MS = 20_000;

const own = createServer((_request, response) => void response.end('{}')).listen(0, '127.0.0.1');
own.unref();

/** Milliseconds until the answer was there; null where none came. */
async function ask(url: string): Promise<number | null> {
  const began = performance.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(GIVEN_UP_MS) });
    await response.text();
    return response.status === 200 ? performance.now() - began : null;
  } catch {
    return null;
  }
}

const [url = ''] = process.argv.slice(2);
setInterval(async () => {
  const sent = Date.now();
  const { port } = own.address() as AddressInfo;
  const [service, itself] = await Promise.all([ask(`${url}/health/live`), ask(`http://127.0.0.1:${port}/`)]);
  process.stdout.write(`${JSON.stringify({ sent, service, itself })}\n`);
}, EVERY_MS);
