import { type CommandWords, INSTANCES_FUNCTION, isKnown, listOf, quoted } from './words.ts';

/** As `_describe` reads it. */
const described = (word: string, help: string): string =>
  quoted(`${word.replaceAll(':', '\\:')}:${help.replaceAll(':', '\\:')}`);

const caseOf = ({ path, subcommands, flags, places, isOpen }: CommandWords): string => `    ${quoted(path)})
      subs=(${subcommands.map(({ word }) => word).join(' ')})
      told_subs=(${subcommands.map(({ word, help }) => described(word, help)).join(' ')})
      told_flags=(${flags.flatMap(({ names, help }) => names.map((name) => described(name, help))).join(' ')})
      valued=(${flags
        .filter(({ takesValue }) => takesValue)
        .flatMap(({ names }) => names)
        .join(' ')})
      places=(${places.map(listOf).join(' ')})
      open=${isOpen ? 'yes' : "''"}
      ;;`;

const valuesOf = ({ path, flags }: CommandWords): string[] =>
  flags
    .filter(isKnown)
    .flatMap((flag) => flag.names.map((name) => `    ${quoted(`${path} ${name}`)}) list=${listOf(flag)} ;;`));

export const zshScript = (commands: readonly CommandWords[]): string => `#compdef privet
# Completion of privet for zsh.
_privet_at() {
  case $1 in
${commands.map(caseOf).join('\n')}
    *) return 1 ;;
  esac
}

_privet_values() {
  case $1 in
${commands.flatMap(valuesOf).join('\n')}
  esac
}

${INSTANCES_FUNCTION}

_privet() {
  local at=privet option= word list= open
  local -a subs told_subs told_flags valued places
  local -i position=1 i
  _privet_at privet
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $option ]]; then
      option=
    elif [[ $word == -* ]]; then
      ((\${valued[(Ie)$word]})) && option=$word
    elif ((\${subs[(Ie)$word]})); then
      at="$at $word"
      _privet_at "$at"
    else
      ((position += 1))
    fi
  done

  if [[ -n $option ]]; then
    _privet_values "$at $option"
  elif [[ \${words[CURRENT]} == -* ]]; then
    _describe option told_flags
    return
  elif ((\${#subs})); then
    _describe command told_subs
    return
  else
    [[ -n $open ]] && ((position > \${#places})) && position=\${#places}
    ((position)) && list=\${places[position]}
  fi

  [[ $list == '<instances>' ]] && list=$(_privet_instances)
  if [[ $list == '<files>' ]]; then
    _files
  elif [[ $list == *=* && \${words[CURRENT]} != *=* ]]; then
    # Of "field=value" the field first.
    compadd -S '' -- \${(u)\${=list}/=*/=}
  else
    compadd -- \${=list}
  fi
}

# As a file _privet in fpath it is the function itself.
if [[ \${funcstack[1]} == _privet ]]; then
  _privet "$@"
else
  compdef _privet privet
fi
`;
