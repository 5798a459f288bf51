import { parseArgs } from 'node:util';
import { OperatorError } from '../errors.ts';
import type { CommandIo } from './io.ts';

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

export const generalHelp = (commands: readonly Command[]): string => {
  const rows = commands.map((command) => [usage(command), command.help.split('\n')[0] ?? ''] as const);
  return `privet [command] [options]

Reads and changes the privacy settings of linked WhatsApp accounts over GraphQL. Without a command: serve.

${columns([...rows, ['privet --version', 'Show the version'], ['privet [command] --help', 'Show this, or a command’s options']])}

The configuration comes from the environment: see the table in README.md.`;
};

const wrong = (command: Command, what: string): OperatorError =>
  new OperatorError(`${what}; see "privet ${command.name} --help"`);

/** @throws OperatorError for anything the command does not know. */
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
    if (!known) throw wrong(command, `Unknown option ${token.rawName}`);
    const needsValue = known.value !== undefined;
    if (needsValue !== (token.value !== undefined)) {
      throw wrong(command, `${token.rawName} ${needsValue ? 'needs a' : 'takes no'} value`);
    }
    options.set(token.name, token.value ?? '');
  }
  const [extra] = positionals.slice(command.positionals.length);
  if (extra !== undefined) throw wrong(command, `Unexpected argument "${extra}"`);
  const missing = command.positionals[positionals.length];
  if (missing !== undefined) throw wrong(command, `<${missing}> is missing`);
  return { options, positionals };
};
