import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { CreateInstanceDocument, InstanceDocument, PairInstanceDocument } from '../gql/graphql.ts';
import { askFor } from './ask.ts';
import { dataFolder, runProgram, runService, type CommandProcess, type ServiceProcess } from './service-process.ts';

const SIMULATOR = new URL('../../simulator/main.ts', import.meta.url).pathname;
const COLLECT = new URL('collect.ts', import.meta.url).href;
const PROBE = new URL('probe.ts', import.meta.url).pathname;
const TOKEN = 'account-token-of-the-attacked-0123456789';
const NAME = 'demo';
const HEAP_MB = 512;
/** The service may be so much later than the machine is, in milliseconds. */
export const LATE_MS = 250;
/**
 * Of a hundred questions so many may be late, and three in any case: the machine may have held up the one process alone.
 * They are asked whatever has become of those before, so that what stops the service makes nearly all of them late.
 */
const LATE_PERCENT = 20;

/** A running service with one linked instance, in processes of its own, and what watches over it. */
export interface Attacked {
  readonly url: string;
  /** Of the account, with every scope. */
  readonly token: string;
  /** Of its one instance alone. */
  readonly instanceToken: string;
  readonly instance: string;
  readonly service: ServiceProcess;
  readonly probe: CommandProcess;
}

interface Probed {
  readonly sent: number;
  readonly service: number | null;
  readonly itself: number | null;
}

const firstLine = async (program: CommandProcess): Promise<string> => {
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(20)) {
    const [line = '', more] = program.stdout().split('\n');
    if (more !== undefined) return line;
  }
  throw new Error(`It says nothing: ${program.stderr()}`);
};

export async function startAttacked(): Promise<Attacked> {
  const simulator = JSON.parse(await firstLine(runProgram(SIMULATOR, []))) as Record<string, string>;
  const service = await runService({
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} --import ${COLLECT}`,
    PRIVET_DATA: dataFolder(),
    PRIVET_ACCOUNT_TOKEN: TOKEN,
    // So that no limit of calls stands in the way of an attack.
    PRIVET_RATE_LIMIT: '1000000',
    LOG_LEVEL: 'warn',
    PRIVET_WHATSAPP_URL: simulator['url'] ?? '',
    PRIVET_WHATSAPP_ROOT_KEY: simulator['rootKey'] ?? '',
    PRIVET_WHATSAPP_ROOT_SERIAL: String(simulator['rootSerial']),
  });
  const caller = { url: service.url, token: TOKEN };
  const { createInstance } = await askFor(caller, CreateInstanceDocument, { name: NAME });
  const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: NAME });
  const body = JSON.stringify({ qr: pairInstance?.pairing?.qr });
  const scanned = await fetch(`${simulator['control']}/scan`, { method: 'POST', body });
  if (!scanned.ok) throw new Error(`Not linked: ${await scanned.text()}`);
  const isOpen = { timeout: 20_000 };
  await expect
    .poll(() => askFor(caller, InstanceDocument, { name: NAME }), isOpen)
    .toMatchObject({ instance: { state: 'OPEN' } });
  const probe = runProgram(PROBE, [service.url]);
  await firstLine(probe);
  return {
    url: service.url,
    token: TOKEN,
    instanceToken: createInstance?.token ?? '',
    instance: NAME,
    service,
    probe,
  };
}

/** What came of the questions that were sent since then, once the last of them is answered or given up. */
export async function probedSince(
  { probe }: Attacked,
  since: number,
): Promise<{ count: number; late: number; most: number; lost: number }> {
  const until = Date.now();
  const probed = (): Probed[] =>
    probe
      .stdout()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Probed)
      .filter(({ sent }) => sent >= since);
  for (const end = until + 25_000; Date.now() < end; await delay(50))
    if (probed().some(({ sent }) => sent >= until)) break;
  const found = probed();
  const excess = found.map(({ service, itself }) => (service ?? Number.POSITIVE_INFINITY) - (itself ?? 0));
  return {
    count: found.length,
    late: excess.filter((ms) => ms > LATE_MS).length,
    most: Math.round(Math.max(0, ...excess)),
    lost: found.filter(({ service }) => service === null).length,
  };
}

export const mostLate = (count: number): number => Math.max(3, Math.floor((count * LATE_PERCENT) / 100));

/** What the service holds, as it says itself. */
export interface Held {
  /** In MiB. */
  readonly resident: number;
  readonly heap: number;
  /** Files and sockets. */
  readonly open: number;
}

export async function heldBy({ url, service }: Attacked): Promise<Held> {
  process.kill(service.pid, 'SIGUSR2');
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(20_000) })).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const mebibytes = (name: string): number => Math.round(read(name) / 2 ** 20);
  return {
    resident: mebibytes('process_resident_memory_bytes'),
    heap: mebibytes('nodejs_heap_size_used_bytes'),
    open: read('process_open_fds'),
  };
}
