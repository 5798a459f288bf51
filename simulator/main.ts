import { parseArgs } from 'node:util';
import { openControlPort } from './control.ts';
import { startSimulator } from './simulator.ts';

const HELP = `A WhatsApp server for this machine.

  npm run simulator -- [--port P] [--control C] [--rtt MS]

  --port P      where WhatsApp clients connect (default 0: any free port)
  --control C   where the control port listens (default 0: any free port)
  --rtt MS      round trip time of every frame (default 0)
  --help        this text

Prints one JSON line {"url","rootKey","rootSerial","control"} once it listens, then serves until SIGINT or SIGTERM.
`;

/** What is wrong with the command line. */
class UsageError extends Error {}

function readOptions(args: string[]): { help: boolean; port: number; control: number; rttMs: number } {
  const text = { type: 'string', default: '0' } as const;
  let values;
  try {
    const options = { port: text, control: text, rtt: text, help: { type: 'boolean', default: false } } as const;
    ({ values } = parseArgs({ args, options, strict: true, allowPositionals: false }));
  } catch (error) {
    // Only the first line says what is wrong; the others are advice.
    throw new UsageError(String(error instanceof Error ? error.message : error).split('\n')[0]);
  }
  return {
    help: values.help,
    port: whole('--port', values.port, 65_535),
    control: whole('--control', values.control, 65_535),
    rttMs: whole('--rtt', values.rtt, 3_600_000),
  };
}

function whole(name: string, text: string, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) throw new UsageError(`${name}: expected a whole number from 0 to ${max}, got '${text}'`);
  return value;
}

async function main(): Promise<void> {
  const { help, port, control, rttMs } = readOptions(process.argv.slice(2));
  if (help) return void process.stdout.write(HELP);
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.resolve());
  await using simulator = await startSimulator({ port, rttMs });
  await using controlPort = await openControlPort(simulator, { port: control });
  const { url, rootKey, rootSerial } = simulator;
  const line = { url, rootKey: rootKey.toString('hex'), rootSerial, control: controlPort.url };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await stopped.promise;
}

try {
  await main();
  // Everything is disposed of: whatever a dependency still holds need not keep the process.
  process.exit(0);
} catch (error) {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
