import type { ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { end } from './children.ts';
import { SERVICE, startServer } from './server-process.ts';

const PEER = fileURLToPath(new URL('http-peer.ts', import.meta.url));
/** For a throw-away data folder that only this machine's loopback reaches. */
const TOKEN = 'bench-account-token-of-a-throw-away-data-folder';
/** As Linux counts the time of processes; other systems give no figure. */
const TICK_MS = 10;

/** A server in a process of its own, and the request that is measured. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the answer's `data` must be. */
  readonly expected: unknown;
  /** The processor time that the server has taken so far, in milliseconds. */
  cpuMs(): number | undefined;
}

function served(child: ChildProcess, url: string, call: Pick<HttpServer, 'headers' | 'body' | 'expected'>): HttpServer {
  return { ...call, url, cpuMs: () => cpuMsOf(child.pid), [Symbol.asyncDispose]: () => end(child) };
}

export async function startPeer(kind: 'http' | 'yoga' | 'yogaLean'): Promise<HttpServer> {
  const { child, url } = await startServer([PEER, kind], process.env, 'inherit');
  return served(child, `${url}/graphql`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ hello }' }),
    expected: { hello: 'world' },
  });
}

const Created = z.object({
  data: z.object({ createInstance: z.object({ instance: z.object({ name: z.string() }) }) }),
});

/**
 * The service as it is run: with a token, the limits (set so high that none is met), a log line a request into a file,
 * and its figures. The instance is not linked: nothing here concerns WhatsApp.
 */
export async function startPrivet(folder: string, nodeOptions: readonly string[] = []): Promise<HttpServer> {
  const env = {
    PATH: process.env['PATH'],
    PORT: '0',
    PRIVET_DATA: join(folder, 'data'),
    PRIVET_ACCOUNT_TOKEN: TOKEN,
    PRIVET_RATE_LIMIT: '1000000',
  };
  const log = openSync(join(folder, 'log'), 'w');
  const { child, url } = await startServer([...nodeOptions, SERVICE, 'serve'], env, log);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  const body = JSON.stringify({ query: 'mutation { createInstance(name: "x") { instance { name } } }' });
  const made = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  Created.parse(await made.json());
  return served(child, `${url}/graphql`, {
    headers,
    body: JSON.stringify({ query: '{ instance(name: "x") { state } }' }),
    expected: { instance: { state: 'UNPAIRED' } },
  });
}

function cpuMsOf(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}
