import type { Place, Word } from './places.ts';

/** What fish, from 3.0 on, reads to complete `dropstack`. */
export function fishScript(places: readonly Place[]): string {
  return `# Completion of dropstack for fish: dropstack completion fish > ~/.config/fish/completions/dropstack.fish
function __dropstack_place
    set -g __dropstack_subcommands
    set -g __dropstack_flags
    set -g __dropstack_values
    set -g __dropstack_kinds
    switch $argv[1]
${places.map(placeCase).join('\n')}
    end
end
${walk}`;
}

function placeCase({ path, commands, flags, values }: Place): string {
  const taking = flags.flatMap(({ name, value }) =>
    value === undefined ? [] : [quoted(`${name}=${value}`)],
  );
  return `        case ${quoted(path)}
            set -g __dropstack_subcommands ${commands.map(described).join(' ')}
            set -g __dropstack_flags ${flags.map(described).join(' ')}
            set -g __dropstack_values ${taking.join(' ')}
            set -g __dropstack_kinds ${values.map(quoted).join(' ')}`.replaceAll(/ +$/gm, '');
}

/** With a tab between, as fish wants it. */
function described({ name, about }: Word): string {
  return `${name}\\t${quoted(about)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}

/** From the first word on, to see at which place the word is that is typed. */
const walk = String.raw`
function __dropstack_value
    for pair in $__dropstack_values
        set -l parts (string split -m 1 -- = $pair)
        if test $parts[1] = $argv[1]
            echo $parts[2]
        end
    end
end

function __dropstack_offer -a value program stack current before
    switch $value
        case files
            __fish_complete_path $current
        case directories
            __fish_complete_directories $current ''
        case stacks
            $program __names stacks 2>/dev/null </dev/null | string replace -r -- '^' "$before"
        case versions
            $program __names versions "$stack" 2>/dev/null </dev/null | string replace -r -- '^' "$before"
        case 'one:*'
            string split -- , (string replace -- one: '' $value) | string replace -r -- '^' "$before"
    end
end

function __dropstack_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l place
    set -l value
    set -l given
    set -l before ''
    __dropstack_place ''
    for word in $tokens[2..-1]
        if test -n "$value"
            set value
        else if string match -q -- '-*' $word
            set value (__dropstack_value $word)
        else if string match -q -- "$word"\t'*' $__dropstack_subcommands
            set -a place $word
            __dropstack_place "$place"
        else
            set -a given $word
        end
    end
    if test -z "$value"; and string match -q -- '--*=*' $current
        set -l parts (string split -m 1 -- = $current)
        set value (__dropstack_value $parts[1])
        set before $parts[1]=
        set current $parts[2]
    end
    if test -n "$value"
        __dropstack_offer $value $tokens[1] "$given[1]" "$current" "$before"
    else if string match -q -- '-*' "$current"
        string join \n -- $__dropstack_flags
    else if test (count $__dropstack_subcommands) -gt 0
        string join \n -- $__dropstack_subcommands
    else
        set -l nth (math (count $given) + 1)
        __dropstack_offer "$__dropstack_kinds[$nth]" $tokens[1] "$given[1]" "$current" ''
    end
end

complete -c dropstack -f -a '(__dropstack_complete)'
`;
