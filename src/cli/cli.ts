import { OperatorError, PrivetError } from '../errors.ts';
import { SealError, StorageError } from '../storage/errors.ts';
import { scrub } from '../telemetry/scrub.ts';
import { VERSION } from '../version.ts';
import { accountCommands } from './commands/account.ts';
import { backupCommands } from './commands/backup.ts';
import { type Command, commandHelp, generalHelp, groupHelp, parseCommandArgs } from './command.ts';
import { instanceCommands } from './commands/instance.ts';
import type { CommandIo } from './io.ts';
import { keysCommands } from './commands/keys.ts';
import { serveCommand } from './serve.ts';
import { tokenCommands } from './commands/token.ts';
import { exitCodeOf, UsageError, WRONGLY_USED } from './usage-error.ts';

const COMMANDS: readonly Command[] = [
  serveCommand,
  ...accountCommands,
  ...tokenCommands,
  ...instanceCommands,
  ...backupCommands,
  ...keysCommands,
];

/** The command whose words begin the line. */
const commandOf = (argv: readonly string[]): Command | undefined =>
  COMMANDS.find(({ name }) => name.split(' ').every((word, i) => argv[i] === word));

/** The commands of a word that is none by itself, such as `token`. */
const groupOf = (word: string): readonly Command[] => COMMANDS.filter(({ name }) => name.startsWith(`${word} `));

/** What there is to say about what the words name. */
const helpAbout = (words: readonly string[]): string => {
  const command = commandOf(words);
  if (command) return commandHelp(command);
  const [word, verb] = words;
  if (word === undefined) return generalHelp(COMMANDS);
  const group = groupOf(word);
  if (group.length > 0 && verb === undefined) return groupHelp(word, group);
  const where = group.length > 0 ? `privet ${word} --help` : 'privet --help';
  throw new UsageError(`Unknown command "${words.slice(0, 2).join(' ')}"; see "${where}"`);
};

const isHelp = (arg: string): boolean => arg === '--help' || arg === '-h';
const isOption = (arg: string): boolean => arg.startsWith('-');

const runCommand = async (command: Command, argv: readonly string[], io: CommandIo): Promise<number> => {
  try {
    await command.run(parseCommandArgs(command, argv), io);
    return 0;
  } catch (error) {
    const isWrongUse = error instanceof UsageError || (error instanceof PrivetError && error.code === 'BAD_USER_INPUT');
    if (!isWrongUse) throw error;
    throw new UsageError(`${error.message}; see "privet ${command.name} --help"`, { cause: error });
  }
};

const dispatch = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  const given = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const [first] = given;
  const words = given.slice(0, given.some(isOption) ? given.findIndex(isOption) : given.length);
  if (first === 'help' || given.some(isHelp)) {
    io.say(helpAbout(first === 'help' ? words.slice(1) : words));
    return 0;
  }
  if (first === '--version' || first === 'version') {
    io.say(VERSION);
    return 0;
  }
  const command = first === undefined || isOption(first) ? serveCommand : commandOf(argv);
  if (command) {
    const isNamed = words.length > 0;
    return runCommand(command, isNamed ? argv.slice(command.name.split(' ').length) : argv, io);
  }
  // A group without a command of it, or nothing that is known.
  io.complain(helpAbout(words));
  return WRONGLY_USED;
};

const EXPECTED = [OperatorError, PrivetError, StorageError, SealError];

/** Runs one command line; returns the exit code. What is wrong is a line on stderr, of each thing that is. */
export const runCli = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const isExpected = error instanceof Error && EXPECTED.some((known) => error instanceof known);
    const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : 'unknown';
    // As JSON, which is what `scrub` reads.
    const clean: unknown = JSON.parse(scrub(JSON.stringify(text)));
    io.complain(isExpected ? String(clean) : `Unexpected error: ${String(clean)}`);
    return exitCodeOf(error);
  }
};
