import { OperatorError, PrivetError } from '../errors.ts';
import { SealError, StorageError } from '../storage/errors.ts';
import { scrub } from '../telemetry/scrub.ts';
import { VERSION } from '../version.ts';
import { accountCommands } from './account.ts';
import { backupCommands } from './backup.ts';
import { type Command, commandHelp, generalHelp, parseCommandArgs } from './command.ts';
import { instanceCommands } from './instance.ts';
import type { CommandIo } from './io.ts';
import { keysCommands } from './keys.ts';
import { serveCommand } from './serve.ts';
import { tokenCommands } from './token.ts';

const COMMANDS: readonly Command[] = [
  serveCommand,
  ...accountCommands,
  ...tokenCommands,
  ...instanceCommands,
  ...backupCommands,
  ...keysCommands,
];

/** The command whose words begin the line, and what follows them. */
const split = (argv: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } => {
  if (argv[0] === undefined || argv[0].startsWith('-')) return { command: serveCommand, rest: argv };
  for (const command of COMMANDS) {
    const words = command.name.split(' ');
    if (words.every((word, i) => argv[i] === word)) return { command, rest: argv.slice(words.length) };
  }
  const words = argv.slice(0, 2).filter((word) => !word.startsWith('-'));
  throw new OperatorError(`Unknown command "${words.join(' ')}"; see "privet --help"`);
};

const dispatch = async (argv: readonly string[], io: CommandIo): Promise<void> => {
  const given = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const wantsHelp = given.some((arg) => arg === '--help' || arg === '-h');
  const isCommand = COMMANDS.some(({ name }) => name.split(' ').every((word, i) => argv[i] === word));
  if (wantsHelp && !isCommand) return io.say(generalHelp(COMMANDS));
  if (given[0] === '--version') return io.say(VERSION);

  const { command, rest } = split(argv);
  if (wantsHelp) return io.say(commandHelp(command));
  await command.run(parseCommandArgs(command, rest), io);
};

const EXPECTED = [OperatorError, PrivetError, StorageError, SealError];

/** Runs one command line; returns the exit code. What is wrong is one line on stderr. */
export const runCli = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  try {
    await dispatch(argv, io);
    return 0;
  } catch (error) {
    const isExpected = error instanceof Error && EXPECTED.some((known) => error instanceof known);
    const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : 'unknown';
    // As JSON, which is what `scrub` reads.
    const clean: unknown = JSON.parse(scrub(JSON.stringify(text)));
    io.complain(isExpected ? String(clean) : `Unexpected error: ${String(clean)}`);
    return 1;
  }
};
