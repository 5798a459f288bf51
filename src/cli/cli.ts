import { CommanderError } from '@commander-js/extra-typings';
import { OperatorError, PrivetError } from '../errors.ts';
import { SealError, StorageError } from '../storage/errors.ts';
import { scrub } from '../telemetry/scrub.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { visible } from './output.ts';
import { commandPath, commandTree, createProgram } from './program.ts';
import { exitCodeOf, UsageError } from './usage-error.ts';

/** Options of the program itself. Any other option without a command is one of `serve`. */
const PROGRAM_OPTIONS = ['-h', '--help', '--version'];

/** Without a command: serve. Commander's own default command would take a misspelt command for an argument. */
const withCommand = (argv: readonly string[]): readonly string[] => {
  const [first] = argv;
  const isServe = first === undefined || (first.startsWith('-') && !PROGRAM_OPTIONS.includes(first));
  return isServe ? ['serve', ...argv] : argv;
};

/** Commander's message as a sentence in one line. */
const sentence = ({ message }: CommanderError): string =>
  message
    .replace(/^error: ./, (start) => start.slice(-1).toUpperCase())
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');

/** @throws UsageError when the command line is wrong. The message names the command whose help to read. */
const dispatch = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  const program = createProgram(io);
  let current = program;
  program.hook('preAction', (_program, command) => {
    current = command;
  });
  for (const command of commandTree(program)) {
    command.exitOverride((error) => {
      current = command;
      throw error;
    });
  }
  try {
    await program.parseAsync(withCommand(argv), { from: 'user' });
    return 0;
  } catch (error) {
    const isCommanders = error instanceof CommanderError;
    if (isCommanders && error.exitCode === 0) return 0;
    // A group without a command: commander has shown its help.
    if (isCommanders && error.code === 'commander.help') return EXIT_CODES.wronglyUsed;
    const isInput = error instanceof UsageError || (error instanceof PrivetError && error.code === 'BAD_USER_INPUT');
    if (!isCommanders && !isInput) throw error;
    const text = isCommanders ? sentence(error) : error.message;
    throw new UsageError(`${visible(text)}; see "${commandPath(current)} --help"`, { cause: error });
  }
};

const EXPECTED = [OperatorError, PrivetError, StorageError, SealError];

/** The number that messages have to show what one is like. It is nobody's, and says nothing without its digits. */
const EXAMPLE = '+49 151 23456789';

/** `scrub` reads JSON. */
const scrubbed = (text: string): string => String(JSON.parse(scrub(JSON.stringify(text))));

/** Runs one command line and returns the exit code. Errors go to stderr, a line for each. */
export const runCli = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const isExpected = error instanceof Error && EXPECTED.some((known) => error instanceof known);
    const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : 'unknown';
    const clean = text.split(EXAMPLE).map(scrubbed).join(EXAMPLE);
    io.complain(isExpected ? clean : `Unexpected error: ${clean}`);
    return exitCodeOf(error);
  }
};
