/**
 * A service for counting what reconnects leave behind, in a process of its own with `--expose-gc`: it skips its
 * pauses. Tells its parent of each OPEN, and on any message what it holds after a collection.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { WebSocket } from 'ws';
import { createApp } from '../../src/app.ts';
import { createConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { createSecrets } from '../../src/config/secrets.ts';
import { skippingClock } from './skipping-clock.ts';

/** What a process holds once all garbage is collected. */
export interface Holdings {
  readonly heapBytes: number;
  /** Connections to WhatsApp that something still refers to. */
  readonly sockets: number;
  /** How many resources of each kind keep the event loop alive. */
  readonly resources: Readonly<Record<string, number>>;
}

async function holdings(): Promise<Holdings> {
  for (let rounds = 0; rounds < 3; rounds += 1) {
    // As where memory runs out: also the code of functions that were not called lately, megabytes of it, goes at once.
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await delay(50);
  }
  // A look at a file takes the place of the timer that it came by.
  while (process.getActiveResourcesInfo().includes('FSReqPromise')) await delay(1);
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return {
    heapBytes: process.memoryUsage().heapUsed,
    sockets: queryObjects(WebSocket, { format: 'count' }),
    resources,
  };
}

const tell = (message: unknown): void => void process.send?.(message);

const env = readEnv(process.env);
const write = (line: string): void => {
  if (line.includes('"OPEN"')) tell('open');
};
await createApp(createConfig(env), createSecrets(env), { clock: skippingClock(), logDestination: { write } });
process.on('message', () => void holdings().then(tell));
process.on('disconnect', () => process.exit(0));
tell('ready');
