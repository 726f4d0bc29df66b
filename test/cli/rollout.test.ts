/** What people tell a roll, and what it tells them, through a real API server; the test is the patcher. */
import type { ExecutionContext } from 'ava';
import { start } from '../helpers/start.ts';
import { testWith } from '../helpers/test-with.ts';
import { complaint, dropstack } from './dropstack.ts';
import { roll, stackWorld } from './rollout-stack.ts';
import { apiServerTools } from '../rollout/rollout-tools.ts';

const withControlPlane = testWith(...apiServerTools);

const { id } = roll;
const failure = {
  guid: 'app-1',
  reason: 'app-1-0 crashes\u001B[2J',
  at: '2026-01-01T00:05:00.000Z',
  wave: 0,
};

withControlPlane(
  'a roll is approved, paused, resumed, aborted and taken back, each where it makes sense',
  async (t) => {
    const { rollout, write, get } = await stackWorld(t);
    const refused = async (args: string[], why: RegExp): Promise<void> => {
      t.regex(complaint(t, await rollout(...args), 1), why, args.join(' '));
    };
    for (const order of ['pause', 'approve', 'abort', 'undo'])
      await refused([order, 'cflinuxfs4'], /was never rolled/);
    await refused(['resume', 'cflinuxfs4'], /nothing is under way/);
    await refused(['pause', 'other'], /no Stack other/);

    await write({ phase: 'AwaitingApproval', roll });
    const trial = await rollout('approve', 'cflinuxfs4', '--dry-run');
    t.regex(trial.stdout, /^Not done, only tried: Wave canary /);
    t.deepEqual((await get()).metadata.annotations?.['dropstack.dev/approve'], undefined);
    await refused(['approve', 'cflinuxfs4', '--wave', 'rest'], /needs no approval/);
    await refused(['approve', 'cflinuxfs4', '--wave', 'first'], /there are canary, rest/);
    const approved = await rollout('approve', 'cflinuxfs4', '-o', 'json');
    t.like(JSON.parse(approved.stdout), {
      order: 'approve',
      stack: 'cflinuxfs4',
      roll: id,
      by: 'admin',
      commit: '',
    });
    t.like((await get()).metadata.annotations, {
      'dropstack.dev/approve': `${id}/0`,
      'dropstack.dev/by': 'admin',
    });

    const paused = await rollout('pause', 'cflinuxfs4');
    t.regex(paused.stdout, /\(by admin\)\.\n\nWhere .* git.*\n\nspec:\n {2}paused: true\n$/);
    t.true((await get()).spec.paused);
    await refused(['pause', 'cflinuxfs4'], /is paused already/);
    await write({ phase: 'Halted', roll: { ...roll, failures: [failure] } });
    const resumed = await rollout('resume', 'cflinuxfs4');
    t.regex(resumed.stdout, /its 1 failures since count no more/);
    t.false((await get()).spec.paused);
    t.is((await get()).metadata.annotations?.['dropstack.dev/resume'], `${id}/1`);

    t.is((await rollout('abort', 'cflinuxfs4')).code, 0);
    t.is((await get()).metadata.annotations?.['dropstack.dev/abort'], id);
    await refused(['abort', 'cflinuxfs4'], /was told to end already/);
    await write({ phase: 'Aborted', roll: { ...roll, endedAt: '2026-01-01T01:00:00.000Z' } });
    await refused(['abort', 'cflinuxfs4'], /has ended/);

    const undone = await rollout('undo', 'cflinuxfs4');
    t.regex(undone.stdout, /commit there:\n\nspec:\n {2}rootfs:\n {4}version: "1.0"\n$/);
    t.deepEqual(
      (await get()).spec.rootfs,
      { version: '1.0' },
      'what 2.0 is imported from is not the source of 1.0',
    );
    await refused(['undo', 'cflinuxfs4'], /asks for 1.0 already/);
  },
);

withControlPlane('the status tells by its exit code how a roll stands, and follows it', async (t) => {
  const { cluster, rollout, write } = await stackWorld(t);
  const status = async (code: number, ...args: string[]): Promise<string> => {
    const output = await rollout('status', 'cflinuxfs4', ...args);
    t.is(output.code, code, output.stderr + output.stdout);
    return output.stdout;
  };
  t.regex(await status(3), /No patcher has seen/);
  await write({});
  t.regex(await status(0), /^Stack cflinuxfs4, version 2.0: Idle\n/);
  await write({ phase: 'Rolling', message: 'canary: 1 of 4 apps done', roll });
  t.regex(await status(3), /canary +#{24} +1 +1 +0 +0 +0 +through\nrest +\.{24} +\? /);
  await write({ phase: 'Rolling', roll: { ...roll, asked: '1.0' } });
  t.regex(await status(3), /is yet to see that 2.0 is asked for/);
  await write({ phase: 'AwaitingApproval', roll });
  t.regex(await status(4), /dropstack rollout approve cflinuxfs4/);
  await write({ phase: 'Halted', roll: { ...roll, failures: [failure] } });
  const halted = await status(4);
  t.regex(halted, /app-1 +canary +00:05:00 +app-1-0 crashes\?\[2J/);
  t.false(halted.includes('\u001B'));
  t.like(JSON.parse(await status(4, '-o', 'json')), {
    phase: 'Halted',
    exitCode: 4,
    version: '2.0',
    roll: { id },
  });
  t.is((await rollout('status', 'cflinuxfs4', '-w', '--exit-on-stop')).code, 4);

  const followed = follow(t, cluster.kubeconfig('admin'));
  await followed.text.logged(/Halted/);
  await followed.json.logged(/"phase":"Halted"/);
  await cluster.parts.apiServer.kill();
  await followed.text.logged(/it is tried again/);
  await cluster.parts.apiServer.start();
  const ended = { ...roll, endedAt: '2026-01-01T01:00:00.000Z' };
  await write({ phase: 'Rolling', message: 'it goes on', roll: { ...roll, failures: [failure] } });
  await followed.text.logged(/Rolling: it goes on/);
  await write({
    phase: 'Completed',
    message: '3 of 4 apps run 2.0, 1 failed',
    roll: { ...ended, counts: { ...roll.counts, failed: 1 } },
  });
  t.is(await followed.text.ended, 5);
  t.is(await followed.json.ended, 5);
  t.regex(followed.text.log(), /Z Completed: 3 of 4 apps run 2.0, 1 failed\n$/);
  const objects = followed.json
    .log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  t.like(objects.at(-1), { phase: 'Completed', exitCode: 5 });

  await write({ phase: 'Completed', roll: ended });
  await status(0, '-w');
  await write({ phase: 'RolledBack', roll: { ...ended, kind: 'undo', undoes: 'x' } });
  await status(5, '-w');
});

withControlPlane('the last rolls are listed, and who may not ask is told so', async (t) => {
  const { cluster, rollout, write } = await stackWorld(t);
  t.is((await rollout('history', 'cflinuxfs4')).stdout, 'Nothing was rolled here yet.\n');
  const past = {
    id: '20251231-000000-bbbb',
    kind: 'undo' as const,
    to: '1.0',
    startedAt: '2025-12-31T00:00:00.000Z',
    endedAt: '2025-12-31T02:05:00.000Z',
    outcome: 'Completed' as const,
    counts: roll.counts,
  };
  await write({ phase: 'Rolling', roll, history: [past] });
  const { stdout } = await rollout('history', 'cflinuxfs4');
  t.regex(
    stdout,
    new RegExp(`\\n${id} +roll +1.0 +2.0 .* Rolling +4 +2 +0 +0\\n${past.id} +undo .* 2 h 5 min +Completed `),
  );
  const rows = JSON.parse((await rollout('history', 'cflinuxfs4', '-o', 'json')).stdout) as object[];
  t.deepEqual(rows[1], past);
  const stranger = ['--kubeconfig', cluster.kubeconfig('operator')];
  const denied = await dropstack(['rollout', 'history', 'cflinuxfs4', ...stranger]);
  t.regex(complaint(t, denied, 1), /"operator" cannot get/);
});

const main = new URL('../../src/dropstack.js', import.meta.url).pathname;

function follow(t: ExecutionContext, kubeconfig: string) {
  const run = (...args: string[]) =>
    start(t, process.execPath, [
      main,
      'rollout',
      'status',
      'cflinuxfs4',
      '-w',
      '--kubeconfig',
      kubeconfig,
      ...args,
    ]);
  return { text: run(), json: run('-o', 'json') };
}
