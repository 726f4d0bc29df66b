/** What bash, zsh and fish offer, each asked as it asks itself. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { fishScript } from '../../src/cli/completion/fish.ts';
import { placesOf } from '../../src/cli/completion/places.ts';
import { zshScript } from '../../src/cli/completion/zsh.ts';
import { createProgram } from '../../src/cli/program.ts';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { toolPath } from '../helpers/tools.ts';
import { startFacade } from '../protocol/facade.ts';
import { complaint, dropstack } from './dropstack.ts';
import { openShell, type Shell, type ShellName } from './shells.ts';

const cases: [line: string, offered: string[]][] = [
  ['dropstack ro', ['rollout', 'rootfs']],
  ['dropstack rootfs pro', ['promote']],
  ['dropstack completion ', ['bash', 'fish', 'zsh']],
  ['dropstack rootfs list --out', ['--output']],
  ['dropstack rootfs list -o ', ['json', 'text']],
  ['dropstack rootfs promote ', ['fs', 'other']],
  ['dropstack rootfs promote o', ['other']],
  ['dropstack rootfs promote fs ', ['1.0', '2.0']],
  ['dropstack rootfs promote --dry-run --user me fs 2', ['2.0']],
  ['dropstack warm other --version ', ['7.0']],
  ['dropstack rootfs diff fs 1.0 ', ['1.0', '2.0']],
  ['dropstack droplet put some-app dr', ['droplet.tgz']],
  ['dropstack droplet put some-app droplet.tgz --stack o', ['other']],
];

/** What these shells say of the commands at the top, once they have read a script. */
const zshWords = [
  '-f',
  '-c',
  `compdef() { : }; source "$1"; typeset -a subcommands flags kinds; typeset -A values
_dropstack_place ''; print -rl -- $subcommands`,
  'zsh',
];
const fishWords = [
  '--no-config',
  '-c',
  `source $argv[1]; __dropstack_place ''; printf '%s\\n' $__dropstack_subcommands`,
];

/** A machine that is busy may take more than the second that names have: who types presses the key again. */
async function inTime(offered: Shell, line: string, expected: readonly string[]): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const found = await offered(line);
    if (attempt === 20 || isDeepStrictEqual(found, expected)) return found;
  }
}

/** A facade with two stacks, and a directory with a file and a folder in it. */
async function world(owner: Owner): Promise<{ url: string; cwd: string }> {
  const { url, operator } = await startFacade(owner);
  for (const [stack, version] of [
    ['fs', '1.0'],
    ['fs', '2.0'],
    ['other', '7.0'],
  ] as const)
    await operator.rootfs.import(stack, version, await tinyRootfs(owner, version), {});
  const cwd = await tempDir(owner);
  await mkdir(join(cwd, 'data'));
  await writeFile(join(cwd, 'droplet.tgz'), '');
  await writeFile(join(cwd, 'date'), '');
  return { url, cwd };
}

for (const [name, needs] of [
  ['bash', []],
  ['zsh', ['zsh']],
  ['fish', ['fish']],
] as const satisfies [ShellName, ('zsh' | 'fish')[]][]) {
  testWith(...needs)(`${name} completes commands, options, choices, paths and names`, async (t) => {
    const { url, cwd } = await world(t);
    const offered = await openShell(t, name, cwd, { DROPSTACK_SERVER: url });
    for (const [line, expected] of cases) t.deepEqual(await inTime(offered, line, expected), expected, line);
    const [directory = ''] = await offered('dropstack start --data dat');
    t.is(directory.replace(/\/$/, ''), 'data', 'no files where a directory is meant');

    const alone = await openShell(t, name, cwd);
    t.deepEqual(await alone('dropstack rootfs promote '), [], 'without a facade');
    t.deepEqual(await alone('dropstack rootfs prom'), ['promote']);
  });
}

test('bash completes a value behind =, which it takes for a word', async (t) => {
  const offered = await openShell(t, 'bash', await tempDir(t));
  t.deepEqual(await offered('dropstack rootfs list --output = js'), ['json']);
  t.deepEqual(await offered('dropstack rootfs list --output ='), ['json', 'text']);
});

const word = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
  about: fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/\p{C}/u.test(text)),
});
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 20, selector: ({ name }) => name });

for (const [shell, script, command, between] of [
  ['zsh', zshScript, zshWords, ':'],
  ['fish', fishScript, fishWords, '\t'],
] as const) {
  testWith(shell)(`whatever a description holds, ${shell} takes it as it is`, async (t) => {
    const path = `${await tempDir(t)}/script`;
    await fc.assert(
      fc.asyncProperty(words, async (commands) => {
        await writeFile(path, script([{ path: '', commands, flags: [], values: [] }]));
        const { stdout } = await run(toolPath(shell), [...command, path]);
        t.deepEqual(
          stdout.split('\n').slice(0, -1),
          commands.map(({ name, about }) => `${name}${between}${about}`),
        );
      }),
      { numRuns: 20 },
    );
  });
}

test('names are asked for silently, and never for long', async (t) => {
  const silent = createServer();
  t.teardown(() => silent.close());
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const silentOne = `http://127.0.0.1:${port}`;
  for (const [server, ...args] of [
    [silentOne, 'stacks'],
    [silentOne, 'versions', 'fs'],
    [silentOne, 'versions', '../x'],
    [silentOne, 'nothing'],
    ['http://127.0.0.1:1', 'stacks'],
    ['nonsense', 'stacks'],
    ['', 'versions'],
  ] as const) {
    const told = await dropstack(['__names', ...args], { DROPSTACK_SERVER: server });
    t.like(told, { code: 0, stdout: '', stderr: '' }, args.join(' '));
  }
});

test('every command is at a place, but those that help does not show', (t) => {
  const paths = placesOf(createProgram(() => undefined)).map(({ path }) => path);
  t.true(paths.includes('') && paths.includes('rootfs import') && paths.includes('rollout undo'));
  t.false(paths.some((path) => path.includes('__') || path.includes('help')));
});

test('another shell is told which there are', async (t) => {
  t.regex(complaint(t, await dropstack(['completion', 'tcsh']), 2), /bash, zsh, fish/);
});
