import test from 'ava';
import { run } from '../helpers/run.ts';
import { dropstack } from './dropstack.ts';

/** Every command, and what its help must tell. */
const commands: [string[], RegExp[]][] = [
  [
    [],
    [
      /Exit codes: 0 done, 1 it failed, 2 wrong input/,
      /^ {2}serve /m,
      /^ {2}rootfs /m,
      /Begin with: dropstack start/,
    ],
  ],
  [['start'], [/--data <directory>/, /The password is DROPSTACK_PASSWORD/]],
  [
    ['serve'],
    [
      /--config <file>/,
      /--processes <number>/,
      /--tls-cert <file>/,
      /DROPSTACK_TLS_CERT/,
      /read again when they change/,
    ],
  ],
  [['rootfs'], [/^ {2}import .*<stack> <version> <file\|reference>/m, /^ {2}promote /m, /^ {2}unplace /m]],
  [
    ['rootfs', 'import'],
    [
      /OCI layout/,
      /--sha256 <hex>/,
      /--registry-auth <file>/,
      /Example:\n {2}dropstack rootfs import cflinuxfs4/,
    ],
  ],
  [['rootfs', 'list'], [/\[stack\]/]],
  [
    ['rootfs', 'show'],
    [/\[version\]/, /--contents/],
  ],
  [
    ['rootfs', 'diff'],
    [/<stack> <from> <to>/, /libraries that apps may\s+miss/, /--files/],
  ],
  [['rootfs', 'promote'], [/not placed on another/]],
  [['rootfs', 'retire'], [/its digests are\s+served on/]],
  [['rootfs', 'place'], [/<guid\.\.\.>/]],
  [['rootfs', 'unplace'], [/follow the promoted/]],
  [['droplet'], [/^ {2}put .*<guid> <file>/m, /^ {2}verify /m]],
  [
    ['droplet', 'put'],
    [/its hash is computed here/, /--stack <stack>/, /Example:/],
  ],
  [['droplet', 'list'], [/--refused/]],
  [['droplet', 'show'], [/why it was refused/]],
  [['droplet', 'assign'], [/<guid> <stack>/]],
  [['droplet', 'verify'], [/exit\s+code\s+1\s+where\s+they\s+differ/]],
  [['droplet', 'rm'], [/its tags are gone at once/]],
  [['image'], [/^ {2}show /m, /^ {2}identify /m]],
  [
    ['image', 'show'],
    [/what each came from/, /cflinuxfs4\/rootfs:/],
  ],
  [['image', 'identify'], [/of a manifest, or of a config/]],
  [['gc'], [/--dry-run/, /--grace <time>/, /--uploads-only/, /--allow-large/, /Run it once a day/]],
  [
    ['warm'],
    [/--newer-than <age>/, /only\s+what is left/, /Exit codes: 0 all are warm but those that are refused/],
  ],
  [['rollout'], [/^ {2}plan .*<stack>/m, /^ {2}receipt .*<stack> \[roll\]/m]],
  [
    ['rollout', 'plan'],
    [/--version <version>/, /--kubeconfig <file>/, /3 apps would break/],
  ],
  [
    ['rollout', 'start'],
    [/--import <reference>/, /--retry/, /--watch/, /--dry-run/],
  ],
  [
    ['rollout', 'status'],
    [/--exit-on-stop/, /5 apps failed, or it was aborted or rolled back/],
  ],
  [
    ['rollout', 'pause'],
    [/--kubeconfig <file>/, /--dry-run/],
  ],
  [['rollout', 'resume'], [/count\s+no\s+more/]],
  [['rollout', 'approve'], [/--wave <name>/]],
  [['rollout', 'abort'], [/stays\s+where\s+it\s+is/]],
  [['rollout', 'undo'], [/where\s+the\s+last\s+roll\s+found\s+it/]],
  [['rollout', 'history'], [/newest first/]],
  [
    ['rollout', 'receipt'],
    [/--html/, /--out <file>/],
  ],
  [
    ['doctor'],
    [
      /--image <reference>/,
      /--service-account <name>/,
      /Exit codes: 0 nothing fails/,
      /dropstack doctor --config/,
    ],
  ],
  [['completion'], [/<shell>/, /source <\(dropstack completion bash\)/, /DROPSTACK_SERVER/]],
  [
    ['audit'],
    [/--since <time>/, /--before <time>/, /--limit <number>/, /Pulls and conversions are no changes/],
  ],
  [['exposure'], [/--package <query>/, /--all/, /3 some have it/]],
];

/** What is told to a `Stack`, or read of it, needs no facade. */
const ofStackAlone = new Set(['pause', 'resume', 'approve', 'abort', 'undo', 'history']);

for (const [command, tells] of commands) {
  test.serial(`help: ${command.join(' ')}`, async (t) => {
    const { code, stdout, stderr } = await dropstack([...command, '--help']);
    t.is(code, 0);
    t.is(stderr, '');
    t.regex(stdout, new RegExp(`^Usage: ${['dropstack', ...command].join(' ')}`));
    for (const pattern of tells) t.regex(stdout, pattern);
    const [first = '', second = ''] = command;
    const works =
      second === ''
        ? ['gc', 'audit', 'warm', 'exposure', 'doctor'].includes(first)
        : !ofStackAlone.has(second);
    t.is(stdout.includes('--server <url>') && stdout.includes('DROPSTACK_PASSWORD'), works);
  });
}

test.serial('a command that needs another tells which there are', async (t) => {
  for (const command of [[], ['rootfs'], ['droplet'], ['image'], ['rollout']]) {
    const { code, stdout, stderr } = await dropstack(command);
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, /^Usage: dropstack (.|\n)*Commands:\n/);
  }
});

test.serial('help is told of a command at any depth, however one asks', async (t) => {
  const asked = await dropstack(['rootfs', 'import', '--help']);
  for (const words of [
    ['help', 'rootfs', 'import'],
    ['rootfs', 'help', 'import'],
  ])
    t.like(await dropstack(words), { code: 0, stdout: asked.stdout, stderr: '' });
  t.is((await dropstack(['help'])).stdout, (await dropstack(['--help'])).stdout);
});

test.serial('the version is told', async (t) => {
  const { code, stdout } = await dropstack(['--version']);
  t.is(code, 0);
  t.regex(stdout, /^\d+\.\d+\.\d+\n$/);
});

test.serial('a reader that stops early is no error', async (t) => {
  const main = new URL('../../src/dropstack.js', import.meta.url).pathname;
  const script = 'set -o pipefail; "$0" "$1" serve --help | true';
  const { code, stderr } = await run('bash', ['-c', script, process.execPath, main], { mayFail: true });
  t.is(stderr, '');
  t.is(code, 0);
});
