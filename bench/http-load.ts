import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { track } from './children.ts';
import { within } from './deadline.ts';
import type { HttpServer } from './http-servers.ts';

const AUTOCANNON = fileURLToPath(import.meta.resolve('autocannon'));
/** As many operations as a token may run at once: more would wait in the service, and nowhere else. */
export const CONNECTIONS = 10;
/** A service runs for months: V8 has compiled by then what it compiles only after many calls. */
const WARM_UP_CALLS = 20_000;
const WARM_UP_MS = 90_000;
/** What autocannon may take beside the calls. */
const SPARE_MS = 20_000;

const Result = z.object({
  requests: z.object({ total: z.number() }),
  duration: z.number(),
  latency: z.object({ p99: z.number() }),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
});

export interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Processor time of the server, for each call. */
  readonly cpuUs: number | undefined;
}

export const warmUp = async (server: HttpServer): Promise<void> =>
  void (await call(server, ['-a', String(WARM_UP_CALLS)], WARM_UP_MS));

/**
 * Calls a server for some seconds, from a process of its own.
 * @throws Error when any call failed, or an answer is not what it has to be: a fast wrong answer is no figure.
 */
export async function load(server: HttpServer, seconds: number): Promise<Load> {
  await check(server);
  const before = server.cpuMs();
  const { requests, duration, latency } = await call(server, ['-d', String(seconds)], seconds * 1000);
  const after = server.cpuMs();
  await check(server);
  const cpuMs = before === undefined || after === undefined ? undefined : after - before;
  return {
    perSecond: requests.total / duration,
    p99Ms: latency.p99,
    cpuUs: cpuMs === undefined ? undefined : (cpuMs * 1000) / requests.total,
  };
}

async function call({ url, headers, body }: HttpServer, howMany: readonly string[], ms: number) {
  const request = [
    '-m',
    'POST',
    '-b',
    body,
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`]),
  ];
  const args = [AUTOCANNON, '--json', '-c', String(CONNECTIONS), ...howMany, ...request, url];
  const child = track(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
  const output = await within(ms + SPARE_MS, 'autocannon', text(child.stdout));
  const result = Result.parse(JSON.parse(output));
  const { errors, timeouts, non2xx } = result;
  if (errors + timeouts + non2xx > 0) throw new Error(`${errors} errors, ${timeouts} time-outs, ${non2xx} refusals`);
  return result;
}

async function check({ url, headers, body, expected }: HttpServer): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const answer = await response.text();
  if (response.status !== 200 || !isDeepStrictEqual(dataOf(answer), expected)) {
    throw new Error(`${url} answered ${response.status} ${answer}`);
  }
}

/** What lies beside it, such as the cost of the call, is the service's own affair. */
const dataOf = (answer: string): unknown => z.looseObject({ data: z.unknown() }).parse(JSON.parse(answer)).data;
