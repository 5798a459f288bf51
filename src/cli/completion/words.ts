import type { Argument, CommandUnknownOpts, Option } from '@commander-js/extra-typings';

/** What may stand at one place. */
export interface Place {
  readonly words: readonly string[];
  /** Whether a file may stand there. */
  readonly takesFile: boolean;
}

export interface Flag extends Place {
  readonly names: readonly string[];
  readonly help: string;
  /** Whether what follows is its value. */
  readonly takesValue: boolean;
}

/** One command, and what can be typed behind it. */
export interface CommandWords {
  /** The words that run it, such as `privet instance pair`. */
  readonly path: string;
  readonly subcommands: readonly { readonly word: string; readonly help: string }[];
  readonly flags: readonly Flag[];
  /** By position; what stands at the last one may stand behind it too, where `isOpen`. */
  readonly places: readonly Place[];
  readonly isOpen: boolean;
}

const FILES = /\b(file|folder)\b/;

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

const placeOf = (name: string, choices: readonly string[] | undefined): Place => ({
  words: choices ?? [],
  takesFile: FILES.test(name),
});

const flagOf = (option: Option): Flag => ({
  ...placeOf(option.flags, option.argChoices),
  names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
  help: firstLine(option.description),
  takesValue: option.required || option.optional,
});

const argumentOf = (argument: Argument): Place => placeOf(argument.name(), argument.argChoices);

/** Every command below this one, from the same tree as `--help`. */
export const wordsOf = (command: CommandUnknownOpts, path = command.name()): CommandWords[] => {
  const help = command.createHelp();
  const own: CommandWords = {
    path,
    subcommands: command.commands.map((sub) => ({ word: sub.name(), help: firstLine(sub.description()) })),
    flags: help.visibleOptions(command).map(flagOf),
    places: command.registeredArguments.map(argumentOf),
    isOpen: command.registeredArguments.some(({ variadic }) => variadic),
  };
  return [own, ...command.commands.flatMap((sub) => wordsOf(sub, `${path} ${sub.name()}`))];
};

/** A text as one word of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
