import { container, rootTest } from './container.ts';

const launch = ['/lifecycle/launch'];
const underInit = ['dumb-init', '--', '/lifecycle/launch'];

/** An app that says which signals it gets, until USR2. */
const listener = `
  for signal in HUP INT QUIT USR1 TERM CONT WINCH; do trap "echo got $signal" $signal; done
  trap 'echo bye; exit 4' USR2
  echo ready
  while :; do sleep 0.05; done`;

rootTest('the app’s exit code comes back, plainly started and under dumb-init', async (t) => {
  const box = await container(t);
  for (const command of [launch, underInit]) {
    const code = async (script: string) => (await box.run(command, { env: { START_COMMAND: script } })).code;
    t.is(await code('exit 0'), 0);
    t.is(await code('exit 3'), 3);
    t.is(await code('exit 200'), 200);
    t.is(await code('no-such-command'), 127);
  }
});

rootTest(
  'the code is 128 and the signal where one ended the app, and bash adds no words of its own',
  async (t) => {
    const box = await container(t);
    for (const [signal, code] of Object.entries({ TERM: 143, KILL: 137, SEGV: 139, INT: 130 })) {
      const ended = await box.run(launch, { env: { START_COMMAND: `kill -s ${signal} $$` } });
      t.deepEqual(ended, { code, stdout: '', stderr: '' }, signal);
    }
  },
);

rootTest('process 1 passes signals on to the app, and lives on', async (t) => {
  const box = await container(t);
  for (const command of [launch, underInit]) {
    const running = box.start(command, { env: { START_COMMAND: listener } });
    await running.output(/ready/);
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGTERM', 'SIGWINCH'] as const) {
      await running.kill(signal);
      await running.output(new RegExp(`got ${signal.slice(3)}`));
    }
    await running.kill('SIGTSTP');
    await running.catches('SIGCONT');
    await running.kill('SIGCONT');
    await running.output(/got CONT/);
    await running.kill('SIGUSR2');
    t.is((await running.ended).code, 4);
  }
});

rootTest('an app that does not listen ends of the signal that docker stop sends', async (t) => {
  const box = await container(t);
  const running = box.start(launch, { env: { START_COMMAND: 'echo ready; exec sleep 600' } });
  await running.output(/ready/);
  await running.kill('SIGTERM');
  t.is((await running.ended).code, 143);
});

rootTest('a signal that comes before the app runs reaches it', async (t) => {
  const box = await container(t);
  for (let times = 0; times < 10; times += 1) {
    const running = box.start(['dumb-init', 'sleep', '600']);
    await running.catches('SIGTERM');
    await running.kill('SIGTERM');
    t.is((await running.ended).code, 143);
  }
});

rootTest(
  'a signal goes to all of the process group, or with --single-child to the command alone',
  async (t) => {
    const box = await container(t);
    const app = `
    trap 'sleep 0.3; echo child; exit 6' USR1
    (trap 'echo grandchild; exit' USR1; echo ready; while :; do sleep 0.05; done) &
    while :; do sleep 0.05; done`;
    for (const [options, expected] of [
      [[], 'ready\ngrandchild\nchild\n'],
      [['--single-child'], 'ready\nchild\n'],
      [['-vc'], 'ready\nchild\n'],
    ] as const) {
      const running = box.start(['dumb-init', ...options, 'bash', '-c', app]);
      await running.output(/ready/);
      await running.kill('SIGUSR1');
      const { code, stdout } = await running.ended;
      t.deepEqual({ code, stdout }, { code: 6, stdout: expected });
    }
  },
);

rootTest('--rewrite passes on another signal, or none', async (t) => {
  const box = await container(t);
  const command = ['dumb-init', '-r', '15:1', '--rewrite=2:0', '--rewrite', '3:10', '--'];
  const running = box.start([...command, 'bash', '-c', listener]);
  await running.output(/ready/);
  await running.kill('SIGTERM');
  await running.output(/got HUP/);
  await running.kill('SIGINT');
  await running.kill('SIGQUIT');
  await running.output(/got USR1/);
  await running.kill('SIGUSR2');
  const { stdout } = await running.ended;
  t.is(stdout, 'ready\ngot HUP\ngot USR1\nbye\n');
});

rootTest('an app may be stopped, and goes on when told', async (t) => {
  const box = await container(t);
  // The stopper is no part of the group: it stays to see the state, and to wake the app.
  const app = `
    set -m
    bash -c 'sleep 0.2; cut -d" " -f3 /proc/$1/stat; kill -CONT $1' stopper $$ &
    kill -STOP $$
    echo going on
    exit 5`;
  const { code, stdout } = await box.run(['dumb-init', 'bash', '-c', app]);
  t.deepEqual({ code, stdout }, { code: 5, stdout: 'T\ngoing on\n' });
});

rootTest('the exit code is right, also when a signal comes with the end', async (t) => {
  const box = await container(t);
  for (let times = 0; times < 30; times += 1) {
    const running = box.start(['dumb-init', 'bash', '-c', 'trap "" USR1; echo ready; sleep 0.01; exit 8']);
    await running.output(/ready/);
    await running.kill('SIGUSR1').catch(() => undefined);
    t.is((await running.ended).code, 8);
  }
});

rootTest('orphans are reaped', async (t) => {
  const box = await container(t);
  const app = `
    orphan=$(bash -c 'sleep 0.1 >&- & echo $!')
    for i in {1..100}; do
      [[ -e /proc/$orphan ]] || { echo reaped; exit; }
      sleep 0.05
    done
    cat /proc/$orphan/status`;
  for (const command of [launch, underInit]) {
    t.is((await box.run(command, { env: { START_COMMAND: app } })).stdout, 'reaped\n');
  }
});

rootTest('what the app leaves running ends with it, told so by TERM', async (t) => {
  const box = await container(t);
  const app = `(trap 'echo told; exit' TERM; echo ready >&2; while :; do sleep 0.05; done) & sleep 0.3; exit 7`;
  const { code, stdout } = await box.run([
    'bash',
    '-c',
    `dumb-init bash -c "$1"; echo "code $?"; wait; sleep 0.3`,
    'x',
    app,
  ]);
  t.deepEqual({ code, stdout: stdout.split('\n').toSorted() }, { code: 0, stdout: ['', 'code 7', 'told'] });
});

rootTest('at a terminal the app can read, and Ctrl-C interrupts it', async (t) => {
  const box = await container(t);
  const app = `trap 'echo interrupted; exit 8' INT; read -r line; echo "read <$line>"; while :; do sleep 0.05; done`;
  const running = box.start([...launch, 'bash', '-c', app], { terminal: true });
  running.type('hello\n');
  await running.output(/read <hello>/);
  running.type('\u0003');
  await running.output(/interrupted/);
  t.is((await running.ended).code, 8);
});

rootTest('wrong use is told, and ends with an error', async (t) => {
  const box = await container(t);
  for (const [options, message] of [
    [[], /no command given[^]*Usage: dumb-init/],
    [['--no-such-option', 'true'], /unknown option '--no-such-option'/],
    [['--rewrite', 'TERM:INT', 'true'], /--rewrite wants two signal numbers/],
    [['--rewrite'], /--rewrite wants two signal numbers/],
    [['--rewrite', '99:1', 'true'], /99/],
  ] as const) {
    const { code, stderr } = await box.run(['dumb-init', ...options]);
    t.is(code, 1);
    t.regex(stderr, message);
  }
  t.regex((await box.run(['dumb-init', '--help'])).stdout, /^Usage: dumb-init/);
  t.is((await box.run(['dumb-init', '--version'])).code, 0);
  const verbose = await box.run(['dumb-init', '--verbose', 'true']);
  t.regex(verbose.stderr, /running true as process \d+\n.*ended with 0/);
});
