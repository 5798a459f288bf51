import { type CommandWords, INSTANCES_FUNCTION, isKnown, listOf, quoted } from './words.ts';

const caseOf = ({ path, subcommands, flags, places, isOpen }: CommandWords): string => `    ${quoted(path)})
      subs=${quoted(subcommands.map(({ word }) => word).join(' '))}
      flags=${quoted(flags.flatMap(({ names }) => names).join(' '))}
      valued=${quoted(
        flags
          .filter(({ takesValue }) => takesValue)
          .flatMap(({ names }) => names)
          .join(' '),
      )}
      places=(${places.map(listOf).join(' ')})
      open=${isOpen ? 'yes' : ''}
      ;;`;

const valuesOf = ({ path, flags }: CommandWords): string[] =>
  flags
    .filter(isKnown)
    .flatMap((flag) => flag.names.map((name) => `    ${quoted(`${path} ${name}`)}) list=${listOf(flag)} ;;`));

/** For bash 3.2 and later. */
export const bashScript = (commands: readonly CommandWords[]): string => `# Completion of privet for bash.
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
  local line=\${COMP_LINE:0:COMP_POINT} cur= at=privet option= position=0 word list= subs flags valued open
  local -a words places
  # Not from COMP_WORDS, which are broken at "=".
  read -ra words <<< "$line"
  if [[ $line != *[[:space:]] ]]; then
    cur=\${words[\${#words[@]} - 1]}
    unset "words[\${#words[@]} - 1]"
  fi
  _privet_at privet
  for word in "\${words[@]:1}"; do
    if [[ -n $option ]]; then
      option=
    elif [[ $word == -* ]]; then
      [[ " $valued " == *" $word "* ]] && option=$word
    elif [[ " $subs " == *" $word "* ]]; then
      at="$at $word"
      _privet_at "$at"
    else
      position=$((position + 1))
    fi
  done

  if [[ -n $option ]]; then
    _privet_values "$at $option"
  elif [[ $cur == -* ]]; then
    list=$flags
  elif [[ -n $subs ]]; then
    list=$subs
  else
    local last=$((\${#places[@]} - 1))
    [[ -n $open && $position -gt $last ]] && position=$last
    [[ $position -ge 0 ]] && list=\${places[position]:-}
  fi

  [[ $list == '<instances>' ]] && list=$(_privet_instances)
  if [[ $list == '<files>' ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    compopt -o filenames 2> /dev/null
    return
  fi
  # Of "field=value" the field first.
  if [[ $list == *=* && $cur != *=* ]]; then
    list=$(printf '%s\\n' $list | sed 's/=.*/=/' | uniq)
    compopt -o nospace 2> /dev/null
  fi
  COMPREPLY=($(compgen -W "$list" -- "$cur"))
  # Readline puts the answer behind the "=" that it broke the word at.
  [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("\${COMPREPLY[@]#*=}")
  return 0
}

complete -F _privet privet
`;
