import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { dropstack } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

/** What a shell offers when a line was typed and its completion key is pressed, by name. */
export type Shell = (line: string) => Promise<string[]>;

/** A shell that knows `dropstack` as a user's does. @param cwd where it is, for paths */
export async function openShell(
  owner: Owner,
  name: ShellName,
  cwd: string,
  env: Record<string, string> = {},
): Promise<Shell> {
  const home = await tempDir(owner);
  const bin = join(home, 'bin');
  await mkdir(bin);
  const program = join(bin, 'dropstack');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${dropstack}' "$@"\n`);
  await chmod(program, 0o755);
  const clean = Object.entries(process.env).filter(([key]) => !key.startsWith('DROPSTACK_'));
  const path = `${bin}:${process.env['PATH'] ?? ''}`;
  const options = { cwd, env: { ...Object.fromEntries(clean), HOME: home, PATH: path, ...env } };
  const script = join(home, 'completion');
  await writeFile(script, (await run(program, ['completion', name], options)).stdout);
  return (line) => shells[name](line, script, options);
}

type Options = { cwd: string; env: Record<string, string | undefined> };

const shells: Record<ShellName, (line: string, script: string, options: Options) => Promise<string[]>> = {
  bash: async (line, script, options) => {
    const words = line.split(' ');
    const { stdout } = await run('bash', ['--norc', '-c', bashDriver, 'bash', script, ...words], options);
    return sorted(stdout);
  },
  fish: async (line, script, options) => {
    const command = `source $argv[1]; complete -C $argv[2]`;
    const { stdout } = await run(toolPath('fish'), ['--no-config', '-c', command, script, line], options);
    return sorted(stdout.replaceAll(/\t.*/g, ''));
  },
  zsh: async (line, script, options) => {
    const out = `${script}.${crypto.randomUUID()}`;
    await writeFile(`${out}.setup`, zshSetup);
    const env = { ...options.env, TERM: 'xterm', OUT: out, SCRIPT: script, LINE: line };
    const { stdout } = await run(toolPath('zsh'), ['-f', '-c', zshDriver], { ...options, env });
    return sorted(await readFile(out, 'utf8').catch(() => Promise.reject(new Error(stdout))));
  },
};

function sorted(text: string): string[] {
  const words = text.split('\n').map((word) => word.trim());
  return [...new Set(words)].filter((word) => word !== '').toSorted();
}

/** Bash calls the function that `complete` names with the words as it has taken them apart. */
const bashDriver = `
source "$1"
[[ $(complete -p dropstack) == 'complete -F _dropstack dropstack' ]] || exit 1
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_dropstack dropstack
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Zsh completes only where somebody types: in a terminal of its own, in which what would be shown is written to a file. */
const zshDriver = `
zmodload zsh/zpty
zpty -b typed zsh -f -i
zpty -w typed "source $OUT.setup"
for i in {1..600}; do [[ -e $OUT.ready ]] && break; zpty -rt typed ignored; sleep 0.1; done
zpty -n -w typed "$LINE"$'\\t\\x18'
for i in {1..600}; do [[ -e $OUT.done ]] && break; zpty -rt typed ignored; sleep 0.1; done
print -r -- "$ignored"
zpty -d typed
`;

const zshSetup = `
PROMPT=
unsetopt beep auto_list auto_menu
autoload -Uz compinit
compinit -D -u
source $SCRIPT
compadd() {
  local -a hits
  if [[ " $* " != *" -"[OAD]" "* ]]; then
    builtin compadd -A hits "$@"
    print -rl -- $hits >> $OUT
  fi
  builtin compadd "$@"
}
finish() { : >> $OUT; : > $OUT.done }
zle -N finish
bindkey '^X' finish
bindkey '^I' complete-word
: > $OUT.ready
`;
