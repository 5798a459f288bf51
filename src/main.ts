#!/usr/bin/env node
import { isatty } from 'node:tty';
import { runCli } from './cli/cli.ts';
import { EXIT_CODES } from './cli/exit-codes.ts';
import { ShutdownSignals } from './cli/signals.ts';
import { terminalOf } from './cli/terminal.ts';
import { systemClock } from './clock.ts';

const signals = new ShutdownSignals(systemClock, [0, 1, 2].some(isatty));
for (const [name, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  // The first one ends the service in good order, a later one at once.
  process.on(name, () => signals.receive() && process.exit(exitCode));
}
process.on('SIGHUP', () => signals.hangUp() && process.exit(129));
// A reader that went away must not take the service along: only what prints for it alone ends.
const unread = new AbortController();
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
let isLost = false;
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  unread.abort();
  if (code === 'EPIPE' || isLost) return;
  isLost = true;
  process.stderr.write(`What was to be printed is lost (${code ?? 'unknown'})\n`);
});

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  signal: signals.signal,
  unread: unread.signal,
  ...terminalOf(process, signals.signal),
  ppid: () => process.ppid,
  isDetached: () => signals.isDetached,
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
// An error of what was written last comes in the next round.
await new Promise(setImmediate);
// Who reads a token, or what became of a change, from a file must not take an empty one for it.
process.exit(exitCode === 0 && isLost ? EXIT_CODES.failed : exitCode);
