/** Plan, roll, exposure, receipt and undo by the command line alone, with a real patcher, facade and API server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import type { Output } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import type { Receipt } from '../../src/rollout/receipt/receipt.ts';
import type { RolloutPlan } from '../../src/rollout/plan/plan.ts';
import { complaint, dropstack } from './dropstack.ts';
import { rolloutTools } from '../rollout/rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('a bump from plan to receipt, and back, by the command line alone', async (t) => {
  const guids = ['app-0', 'app-1', 'app-2', 'app-3'];
  const rollout = {
    progressDeadlineSeconds: 120,
    waves: [{ name: 'canary', apps: 'auto', approval: true }, {}],
  };
  const world = await foundation(t, { guids, rollout });
  const run = runner(world);
  const { cluster, fleet } = world;

  const planned = await run('rollout', 'plan', 'cflinuxfs4', '--version', '2.0', '-o', 'json');
  t.is(planned.code, 0, planned.stderr);
  const plan = JSON.parse(planned.stdout) as RolloutPlan;
  t.like(plan, { from: '1.0', to: '2.0', apps: 4, pods: 4, breaks: { count: 0 }, interrupted: { count: 4 } });
  t.deepEqual(
    plan.waves.map(({ name }) => name),
    ['canary', 'wave 2'],
  );
  const text = await run('rollout', 'plan', 'cflinuxfs4', '--version', '2.0');
  t.regex(
    text.stdout,
    /^No app would break on 2\.0[^]*To roll: +4 apps, 4 pods on [1-5] nodes[^]*canary +1 /,
  );
  t.regex(complaint(t, await run('rollout', 'plan', 'cflinuxfs4', '--version', '3.0'), 1), /3\.0/);
  t.is(await world.stack.status(), undefined, 'nothing was touched');

  const start = (...args: string[]) => run('rollout', 'start', 'cflinuxfs4', ...args);
  t.regex(complaint(t, await start('--version', '3.0'), 1), /no version 3\.0 .*--import/);
  t.regex(complaint(t, await start('--version', '1.0'), 1), /asks for 1\.0 already/);
  const absent = await run('rollout', 'start', 'other', '--version', '1.0');
  t.is(absent.code, 1);
  t.regex(absent.stdout, /^apiVersion: dropstack.dev\/v1alpha1\nkind: Stack\n/);

  world.startPatcher();
  await world.stack.until('idle', ({ phase }) => phase === 'Idle');
  const started = await start('--version', '2.0', '-w', '--exit-on-stop');
  t.is(started.code, 4, started.stderr + started.stdout);
  t.regex(started.stdout, /version: "2.0"\n[^]*Wave canary begins\n[^]*AwaitingApproval: canary is through/);
  const seen = await run('exposure', 'cflinuxfs4', '-o', 'json');
  t.like(JSON.parse(seen.stdout), {
    counts: { clear: { pods: 4, apps: 4 }, unknown: { pods: 0 } },
    versions: [
      { version: '1.0', pods: 3, apps: 3 },
      { version: '2.0', pods: 1, apps: 1 },
    ],
  });
  const ordered = await run('rollout', 'approve', 'cflinuxfs4');
  t.is(ordered.code, 0, ordered.stderr);
  const rolled = await run('rollout', 'status', 'cflinuxfs4', '-w');
  t.is(rolled.code, 0, rolled.stdout);
  t.regex(rolled.stdout, /Completed: 4 of 4 apps run 2\.0\n$/);
  t.regex(complaint(t, await start('--version', '2.0'), 1), /has completed, 0 apps failed: --retry/);

  const receipt = await until(async () => {
    const found = await run('rollout', 'receipt', 'cflinuxfs4', '-o', 'json');
    return found.code === 0 ? (JSON.parse(found.stdout) as Receipt) : undefined;
  });
  t.like(receipt, { outcome: 'Completed', pods: 4, actual: { to: '2.0', counts: { done: 4 } } });
  t.deepEqual(receipt.proofs.flatMap(({ pods }) => pods.map(({ guid }) => guid)).toSorted(), guids);
  const page = join(await tempDir(t), 'receipt.html');
  t.is((await run('rollout', 'receipt', 'cflinuxfs4', receipt.actual.id, '--html', '--out', page)).code, 0);
  t.regex(await readFile(page, 'utf8'), /^<!doctype html>[^]*approved|Approved[^]*by admin/);
  t.regex(
    (await run('rollout', 'receipt', 'cflinuxfs4')).stdout,
    /Outcome: +Completed: 4 of 4 apps run 2\.0/,
  );

  const back = await run('rollout', 'undo', 'cflinuxfs4');
  t.is(back.code, 0, back.stderr);
  t.is((await run('rollout', 'status', 'cflinuxfs4', '-w')).code, 0);
  t.deepEqual(new Set([...(await world.running()).values()].flat()), new Set(['1.0']));
  await cluster.kubectl('delete', 'pod', '-n', fleet.namespace, 'app-0-0', '--wait=false');
  const history = JSON.parse(
    (await run('rollout', 'history', 'cflinuxfs4', '-o', 'json')).stdout,
  ) as object[];
  t.like(history[0], { kind: 'undo', outcome: 'Completed', to: '1.0' });
  t.like(history[1], { kind: 'roll', outcome: 'Completed', to: '2.0' });
});

function runner({ cluster, served }: Foundation): (...args: string[]) => Promise<Output> {
  return (...args) => {
    const { host, admin } = served();
    const where = args[1] === 'receipt' ? [] : ['--kubeconfig', cluster.kubeconfig('admin')];
    const env = { DROPSTACK_SERVER: `http://${host}`, DROPSTACK_PASSWORD: admin.replace('admin:', '') };
    return dropstack([...args, ...where], env);
  };
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; ;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('Not within a minute');
  }
}
