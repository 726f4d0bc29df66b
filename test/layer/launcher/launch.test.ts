import { assert, asyncProperty, string } from 'fast-check';
import { container, rootTest } from './container.ts';

const launch = ['/lifecycle/launch'];

const printEnvironment = `printf '%s\n' "$PWD" "$HOME" "$TMPDIR" "$DEPS_DIR" "$USER"`;

rootTest('the command runs in the app’s directory, with the variables that Cloud Foundry sets', async (t) => {
  const box = await container(t);
  const { stdout } = await box.run(launch, { env: { START_COMMAND: printEnvironment } });
  t.deepEqual(stdout.split('\n'), [
    '/home/vcap/app',
    '/home/vcap/app',
    '/home/vcap/tmp',
    '/home/vcap/deps',
    'vcap',
    '',
  ]);
});

rootTest(
  'variables that are given win over the defaults, also those with names that bash cannot use',
  async (t) => {
    const box = await container(t);
    const given = { TMPDIR: '/tmp', USER: 'somebody', 'spring.name': 'x y' };
    const { stdout } = await box.run(launch, { env: { ...given, START_COMMAND: 'env' } });
    for (const [name, value] of Object.entries(given))
      t.true(stdout.split('\n').includes(`${name}=${value}`));
  },
);

rootTest(
  'buildpack scripts come first, then the app’s, then .profile; and they share one shell',
  async (t) => {
    const box = await container(t, {
      'profile.d/0_first.sh': note('first'),
      'profile.d/1_second.sh': note('second'),
      'profile.d/directory.sh/x': 'exit 9\n',
      'app/.profile.d/third.sh': note('third'),
      'app/.profile': `${note('fourth')}export order\n`,
    });
    const { stdout, stderr } = await box.run(launch, { env: { START_COMMAND: 'echo $order' } });
    t.deepEqual({ stdout, stderr }, { stdout: 'first second third fourth\n', stderr: '' });
  },
);

rootTest('START_COMMAND wins over staging_info.yml, which counts when START_COMMAND is empty', async (t) => {
  const box = await container(t, {
    'staging_info.yml': '{"detected_buildpack":"start_command", "start_command" : "echo staged","x":"y"}\n',
  });
  t.is((await box.run(launch, { env: { START_COMMAND: 'echo given' } })).stdout, 'given\n');
  t.is((await box.run(launch, { env: { START_COMMAND: '' } })).stdout, 'staged\n');
  t.is((await box.run(launch)).stdout, 'staged\n');
});

rootTest('the start command may hold all that JSON can say', async (t) => {
  const said = String.raw`printf '%s' 'a\u0026\u0026b \"c\" \\d \/e \n\t\b\f\r \u00e9\u20AC\ud83d\ude00 \ud800. é😀'`;
  const box = await container(t, { 'staging_info.yml': `{"start_command":"${said}"}` });
  const { stdout } = await box.run(launch);
  t.is(stdout, 'a&&b "c" \\d /e \n\t\b\f\r é€😀 \ufffd. é😀');
});

rootTest('any text survives JSON, escaped as little or as much as can be', async (t) => {
  const texts = string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));
  const property = asyncProperty(texts, async (text) => {
    const command = `printf %s '${text.replaceAll("'", `'\\''`)}'`;
    const escaped = Array.from({ length: command.length }, (_, index) => escapeUnit(command, index)).join('');
    for (const said of [JSON.stringify(command), `"${escaped}"`]) {
      const box = await container(t, { 'staging_info.yml': `{"start_command":${said}}` });
      t.is((await box.run(launch)).stdout, text);
    }
  });
  await assert(property, { numRuns: 15 });
});

rootTest('a long start command is read whole', async (t) => {
  const words = 'word \\" '.repeat(2000);
  const box = await container(t, { 'staging_info.yml': `{"start_command":"echo '${words}' | wc -w"}` });
  t.is((await box.run(launch)).stdout, '4000\n');
});

rootTest('without a start command it says what is missing and what to do', async (t) => {
  for (const files of [
    {},
    { 'staging_info.yml': '{"start_command":""}' },
    { 'staging_info.yml': 'nonsense' },
  ]) {
    const box = await container(t, files);
    const { code, stdout, stderr } = await box.run(launch);
    t.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    t.regex(stderr, /^launch: no start command: .*staging_info\.yml.*set START_COMMAND/);
  }
});

rootTest('arguments are a command to run in the app’s place, word by word', async (t) => {
  const box = await container(t, { 'profile.d/x.sh': 'export FROM_PROFILE=set\n' });
  const command = [
    ...launch,
    'bash',
    '-c',
    'printf "<%s>" "$FROM_PROFILE" "$@"',
    'name',
    'a  b',
    '$HOME',
    '',
  ];
  const { code, stdout } = await box.run(command, { env: { START_COMMAND: 'exit 9' } });
  t.deepEqual({ code, stdout }, { code: 0, stdout: '<set><a  b><$HOME><>' });
});

rootTest('standard input reaches the app', async (t) => {
  const box = await container(t);
  const { stdout } = await box.run(launch, { env: { START_COMMAND: 'cat' }, stdin: 'one\ntwo' });
  t.is(stdout, 'one\ntwo');
});

rootTest('the instance index is the ordinal of a StatefulSet’s pod', async (t) => {
  const box = await container(t);
  const index = async (env: Record<string, string>) => {
    const START_COMMAND = 'echo "$CF_INSTANCE_INDEX $INSTANCE_INDEX"';
    return (await box.run(launch, { env: { ...env, START_COMMAND } })).stdout.trim();
  };
  t.is(await index({ POD_NAME: 'dora-space-3f2a-12' }), '12 12');
  t.is(await index({ POD_NAME: 'dora-12', CF_INSTANCE_INDEX: '3' }), '3 3');
  t.is(await index({ POD_NAME: 'dora-7d9f8-24579' }), '');
  t.is(await index({}), '');
});

rootTest('the launcher refuses an empty command and a missing directory', async (t) => {
  const box = await container(t);
  const empty = await box.run(['/lifecycle/launcher', '/home/vcap/app', '', '']);
  t.is(empty.code, 1);
  t.regex(empty.stderr, /start command is empty/);
  const missing = await box.run(['/lifecycle/launcher', '/no/such/directory', 'true', '']);
  t.is(missing.code, 1);
  t.regex(missing.stderr, /no\/such\/directory/);
  t.is((await box.run(['/lifecycle/launcher'])).code, 1);
});

function note(name: string): string {
  return `order="$order ${name}"; set -- overwritten; command=overwritten\n`;
}

function escapeUnit(from: string, index: number): string {
  return `\\u${from.charCodeAt(index).toString(16).padStart(4, '0')}`;
}
