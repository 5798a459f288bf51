import { parseArgs } from 'node:util';
import type { CommandIo } from './io.ts';
import { UsageError } from './usage-error.ts';

export interface CommandOption {
  readonly name: string;
  /** What stands for its value in the help; an option without one takes none. */
  readonly value?: string;
  readonly help: string;
}

/** What was given on the command line, checked against the command's options; '' for one that takes no value. */
export interface CommandArgs {
  readonly options: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

export interface Command {
  /** The words that call it, such as `token create`. */
  readonly name: string;
  readonly help: string;
  readonly options: readonly CommandOption[];
  /** What stands for each positional argument in the help; all are required. */
  readonly positionals: readonly string[];
  run(args: CommandArgs, io: CommandIo): Promise<void>;
}

const usage = (command: Command): string =>
  [
    'privet',
    command.name,
    ...command.positionals.map((name) => `<${name}>`),
    ...(command.options.length > 0 ? ['[options]'] : []),
  ].join(' ');

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

export const commandHelp = (command: Command): string => {
  const options = command.options.map(
    ({ name, value, help }) => [value === undefined ? `--${name}` : `--${name} <${value}>`, help] as const,
  );
  return `${usage(command)}\n\n${command.help}\n\n${columns([...options, ['--help', 'Show this']])}`;
};

const summaries = (commands: readonly Command[]) =>
  commands.map((command) => [usage(command), command.help.split('\n')[0] ?? ''] as const);

export const generalHelp = (commands: readonly Command[]): string =>
  `privet [command] [options]

Reads and changes the privacy settings of linked WhatsApp accounts over GraphQL. Without a command: serve.

${columns([
  ...summaries(commands),
  ['privet version', 'Shows the version, as --version does'],
  ['privet help [command]', 'Shows this, or a command’s options, as --help does'],
])}

The configuration comes from the environment: see the table in README.md. Exit codes: 0 when it was done, 1 when it failed,
2 when the command line or a variable says what can not be.`;

/** Of the commands that begin with the same word. */
export const groupHelp = (group: string, commands: readonly Command[]): string =>
  `privet ${group} <command>\n\n${columns([
    ...summaries(commands),
    [`privet ${group} <command> --help`, 'Shows a command’s options'],
  ])}`;

/** @throws UsageError for anything the command does not know. */
export const parseCommandArgs = (command: Command, argv: readonly string[]): CommandArgs => {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      command.options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const),
    ),
  });
  const options = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const known = command.options.find(({ name }) => name === token.name && token.rawName.startsWith('--'));
    if (!known) throw new UsageError(`Unknown option ${token.rawName}`);
    const needsValue = known.value !== undefined;
    if (needsValue !== (token.value !== undefined)) {
      throw new UsageError(`${token.rawName} ${needsValue ? 'needs a' : 'takes no'} value`);
    }
    options.set(token.name, token.value ?? '');
  }
  const [extra] = positionals.slice(command.positionals.length);
  if (extra !== undefined) throw new UsageError(`Unexpected argument "${extra}"`);
  const missing = command.positionals[positionals.length];
  if (missing !== undefined) throw new UsageError(`<${missing}> is missing`);
  return { options, positionals };
};
