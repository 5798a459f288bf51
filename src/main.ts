#!/usr/bin/env node
import { runCli } from './cli/cli.ts';

const ended = new AbortController();
for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  // The first one ends the service in good order, a second one at once.
  process.on(signal, () => (ended.signal.aborted ? process.exit(exitCode) : ended.abort()));
}
// A reader that went away must not take the service along.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  signal: ended.signal,
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
process.exit(exitCode);
