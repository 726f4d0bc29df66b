import type { Place, Word } from './places.ts';
import { quoted } from './quoted.ts';

/** What zsh reads to complete `dropstack`: sourced behind `compinit`, or as the file `_dropstack` of its `fpath`. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef dropstack
# Completion of dropstack for zsh: source <(dropstack completion zsh)
_dropstack_place() {
  subcommands=() flags=() values=() kinds=()
  case $1 in
${places.map(placeCase).join('\n')}
  esac
}
${walk}`;
}

function placeCase({ path, commands, flags, values }: Place): string {
  const taking = flags.flatMap(({ name, value }) => (value === undefined ? [] : [name, value]));
  return `  ${quoted(path)})
    subcommands=(${commands.map(described).join(' ')})
    flags=(${flags.map(described).join(' ')})
    values=(${taking.map(quoted).join(' ')})
    kinds=(${values.map(quoted).join(' ')}) ;;`;
}

function described({ name, about }: Word): string {
  return quoted(`${name}:${about}`);
}

/** From the first word on, to see at which place the word is that is typed. */
const walk = String.raw`
_dropstack_offer() {
  case $1 in
  files) _files ;;
  directories) _files -/ ;;
  stacks) compadd -- \${(f)"$($program __names stacks 2>/dev/null </dev/null)"} ;;
  versions) compadd -- \${(f)"$($program __names versions "$given[1]" 2>/dev/null </dev/null)"} ;;
  one:*) compadd -- \${(s:,:)1#one:} ;;
  esac
}

_dropstack() {
  local program=$words[1] place= value= word
  local -a subcommands flags kinds given
  local -A values
  _dropstack_place ''
  for word in "\${(@Q)words[2,CURRENT-1]}"; do
    if [[ -n $value ]]; then
      value=
    elif [[ $word == -* ]]; then
      value=$values[$word]
    elif (( \${subcommands[(I)\${(b)word}:*]} )); then
      place="\${place:+$place }$word"
      _dropstack_place "$place"
    else
      given+=("$word")
    fi
  done
  if [[ -z $value && $PREFIX == --*=* ]]; then
    value=$values[\${PREFIX%%=*}]
    compset -P '*='
  fi
  if [[ -n $value ]]; then
    _dropstack_offer "$value"
  elif [[ $PREFIX == -* ]]; then
    _describe -o option flags
  elif (( $#subcommands )); then
    _describe command subcommands
  else
    _dropstack_offer "$kinds[$#given+1]"
  fi
}

if [[ $funcstack[1] == _dropstack ]]; then _dropstack "$@"; else compdef _dropstack dropstack; fi
`.replaceAll('\\$', '$');
