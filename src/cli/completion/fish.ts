import { type CommandWords, type Flag, type Place, quoted as word } from './words.ts';

/** Within single quotes fish takes a backslash for itself. */
const quoted = (text: string): string => word(text.replaceAll('\\', '\\\\'));

/** Files are offered where one is asked for alone. */
const valueOf = ({ takesValue, thereAre }: Flag): string => {
  if (!takesValue) return '';
  return thereAre === 'files' ? ' -r' : ' -x';
};

const answerOf = ({ words, thereAre }: Place): string => {
  if (thereAre === 'files') return ' -F';
  if (thereAre === 'instances') return " -a '(__privet_instances)'";
  return words.length > 0 ? ` -a ${quoted(words.join(' '))}` : '';
};

const linesOf = ({ path, subcommands, flags, places }: CommandWords): string[] => {
  const here = `complete -c privet -n ${quoted(`__privet_at "${path}"`)}`;
  return [
    ...subcommands.map((sub) => `${here} -a ${sub.word} -d ${quoted(sub.help)}`),
    ...flags.map((flag) => {
      const names = flag.names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      return `${here} ${names.join(' ')}${valueOf(flag)}${answerOf(flag)} -d ${quoted(flag.help)}`;
    }),
    ...places
      .map(answerOf)
      .filter((answer) => answer !== '')
      .map((answer) => `${here}${answer}`),
  ];
};

export const fishScript = (commands: readonly CommandWords[]): string => {
  const valued = commands.flatMap(({ flags }) =>
    flags.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names),
  );
  return `# Completion of privet for fish.
function __privet_at
    set -l at privet
    set -l is_value no
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test $is_value = yes
            set is_value no
        else if string match -q -- '-*' $word
            contains -- $word ${[...new Set(valued)].join(' ')}; and set is_value yes
        else if contains -- "$at $word" ${commands.map(({ path }) => quoted(path)).join(' ')}
            set at "$at $word"
        end
    end
    test "$at" = $argv[1]
end

function __privet_instances
    test -n "$PRIVET_TOKEN"; or return
    privet instance list --json 2>/dev/null </dev/null | string replace -rf '.*"name":"([A-Za-z0-9._-]*)".*' '$1'
end

complete -c privet -f
${commands.flatMap(linesOf).join('\n')}
`;
};
