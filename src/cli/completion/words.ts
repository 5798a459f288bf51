import type { Argument, CommandUnknownOpts, Option } from '@commander-js/extra-typings';

/** What may stand at one place: these words, or what there are. */
export interface Place {
  readonly words: readonly string[];
  readonly thereAre?: 'files' | 'instances' | undefined;
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
  thereAre: FILES.test(name) ? 'files' : undefined,
});

const flagOf = (option: Option): Flag => ({
  ...placeOf(option.flags, option.argChoices),
  names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
  help: firstLine(option.description),
  takesValue: option.required || option.optional,
});

/** What names an instance that there is has this name everywhere; one that is new has another. */
const INSTANCE = 'instance';

const argumentOf = (argument: Argument): Place =>
  argument.name() === INSTANCE ? { words: [], thereAre: 'instances' } : placeOf(argument.name(), argument.argChoices);

/** Whether there is anything to say of it. */
export const isKnown = ({ words, thereAre }: Place): boolean => words.length > 0 || thereAre !== undefined;

/** In bash and zsh: a list of words, or a mark in place of names. */
export const listOf = ({ words, thereAre }: Place): string => quoted(thereAre ? `<${thereAre}>` : words.join(' '));

/**
 * A function of bash and zsh: the instances that the service has, where a token says who asks. Names alone pass: shells
 * carry out what stands in a list of words.
 */
export const INSTANCES_FUNCTION = `_privet_instances() {
  [[ -n $PRIVET_TOKEN ]] || return 0
  privet instance list --json 2> /dev/null < /dev/null | sed -n 's/.*"name":"\\([A-Za-z0-9._-]*\\)".*/\\1/p'
}`;

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
