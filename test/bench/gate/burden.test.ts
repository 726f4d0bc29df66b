import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { recordAnswers } from '../../../bench/contest/answers.ts';
import { startFloor } from '../../../bench/contest/floors.ts';
import { putImages } from '../../../bench/contest/images.ts';
import { manifestTasks } from '../../../bench/contest/tasks.ts';
import type { Baseline } from '../../../bench/gate/baseline.ts';
import { startFacade } from '../../../bench/gate/facade.ts';
import { judge } from '../../../bench/gate/judge.ts';
import { loadedScenario } from '../../../bench/gate/loaded.ts';
import { moreRounds } from '../../../bench/gate/rounds.ts';
import type { Scenario, Series } from '../../../bench/gate/scenario.ts';
import { summaryOf } from '../../../bench/gate/summary.ts';
import type { Owner } from '../../helpers/owner.ts';
import { startServe } from '../../helpers/serve.ts';
import { testWith } from '../../helpers/test-with.ts';

const test = testWith('wrk');

const hook = pathToFileURL(join(import.meta.dirname, 'burden-process.ts')).href;

test('a facade that is burdened is told, with what has become worse', async (t) => {
  const maker = await startServe(t);
  const [image] = await putImages(t, maker, [1_000]);
  const [task] = image === undefined ? [] : manifestTasks(image, maker.puller.user);
  if (task === undefined) throw new Error('There is no task');
  const answers = await recordAnswers(t, maker.host, [task.path], maker.puller.user);
  const floor = await startFloor(t, 'bare koa', answers);
  const start = async (owner: Owner, env: NodeJS.ProcessEnv): Promise<Scenario> => {
    Object.assign(process.env, env);
    const facade = await startFacade(owner, { data: maker.data });
    for (const name of Object.keys(env)) delete process.env[name];
    return loadedScenario(facade, floor, { task, unit: 'request' });
  };
  const same = await start(t, {});
  const usual = await measured(same, 5);
  const [cpu, allocated] = [summaryOf(usual.cpu ?? []), summaryOf(usual.allocated ?? [])];
  const { cpuSeconds, work } = await same.facade();
  const before: Pick<Baseline, 'scenarios'> = { scenarios: { [task.name]: { cpu, allocated } } };

  const burdens = {
    // So much that a machine that does much else measures it in five seconds.
    cpu: { BURDEN_MICROSECONDS: String((1.5 * cpuSeconds * 1e6) / work) },
    allocated: { BURDEN_BYTES: String(Math.round(allocated.median / 2)) },
  };
  for (const [figure, burden] of Object.entries(burdens)) {
    const scenario = await start(t, { ...burden, GATE_NODE_OPTIONS: `--import ${hook}` });
    const findings = judge(before, new Map([[task.name, await measured(scenario, 5)]]));
    t.log(findings);
    const found = findings.find((one) => one.figure === figure);
    t.like(found, { scenario: task.name, verdict: 'worse' });
  }
});

async function measured(scenario: Scenario, rounds: number): Promise<Series> {
  const series: Series = {};
  await moreRounds(new Map([[scenario, {}]]), 1);
  await moreRounds(new Map([[scenario, series]]), rounds);
  return series;
}
