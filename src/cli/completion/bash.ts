import type { Place } from './places.ts';
import { quoted } from './quoted.ts';

/** What bash, from 3.2 on, reads to complete `dropstack`. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of dropstack for bash: source <(dropstack completion bash)
_dropstack_place() {
  subcommands= flags= values= arguments=
  case $1 in
${places.map(placeCase).join('\n')}
  esac
}
${walk}`;
}

function placeCase({ path, commands, flags, values }: Place): string {
  const taking = flags.flatMap(({ name, value }) => (value === undefined ? [] : [`${name}=${value}`]));
  return `  ${quoted(path)})
    subcommands=${list(commands.map(({ name }) => name))}
    flags=${list(flags.map(({ name }) => name))}
    values=${list(taking)}
    arguments=${list(values)} ;;`;
}

function list(words: readonly string[]): string {
  return quoted(words.join(' '));
}

/** From the first word on, to see at which place the word is that is typed. bash splits words at `=` too. */
const walk = String.raw`
_dropstack_value() {
  local pair
  value=
  for pair in $values; do
    if [[ \${pair%%=*} == "$1" ]]; then value=\${pair#*=}; fi
  done
}

_dropstack_offer() {
  local words=
  case $1 in
  files | directories)
    local IFS=$'\n' kind=-f
    if [[ $1 == directories ]]; then kind=-d; fi
    if type compopt &>/dev/null; then compopt -o filenames 2>/dev/null; fi
    COMPREPLY=($(compgen "$kind" -- "$current"))
    return ;;
  stacks) words=$("$program" __names stacks 2>/dev/null </dev/null) ;;
  versions) words=$("$program" __names versions "\${given[0]}" 2>/dev/null </dev/null) ;;
  one:*)
    words=\${1#one:}
    words=\${words//,/ } ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

_dropstack() {
  local program=$1 current=\${COMP_WORDS[COMP_CWORD]} place= value= word i
  local subcommands flags values arguments given=() kinds
  _dropstack_place ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then
      continue
    elif [[ $value ]]; then
      value=
    elif [[ $word == -* ]]; then
      _dropstack_value "$word"
    elif [[ " $subcommands " == *" $word "* ]]; then
      place="\${place:+$place }$word"
      _dropstack_place "$place"
    else
      given+=("$word")
    fi
  done
  if [[ $current == '=' ]]; then current=; fi
  COMPREPLY=()
  if [[ $value ]]; then
    _dropstack_offer "$value"
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ $subcommands ]]; then
    COMPREPLY=($(compgen -W "$subcommands" -- "$current"))
  else
    kinds=($arguments)
    _dropstack_offer "\${kinds[\${#given[@]}]}"
  fi
}

complete -F _dropstack dropstack
`.replaceAll('\\$', '$');
