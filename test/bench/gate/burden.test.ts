import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { recordAnswers } from '../../../bench/contest/answers.ts';
import { startFloor } from '../../../bench/contest/floors.ts';
import { putImages } from '../../../bench/contest/images.ts';
import { manifestTasks } from '../../../bench/contest/tasks.ts';
import type { Baseline } from '../../../bench/gate/baseline.ts';
import { judge } from '../../../bench/gate/judge.ts';
import { loadedStage } from '../../../bench/gate/loaded.ts';
import { moreRounds } from '../../../bench/gate/rounds.ts';
import type { Series } from '../../../bench/gate/scenario.ts';
import { summaryOf } from '../../../bench/gate/summary.ts';
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
  const stage = loadedStage({ data: maker.data }, [{ task, unit: 'request', floor }]);
  const measured = async (env: NodeJS.ProcessEnv): Promise<Series> => {
    const series: Series = {};
    Object.assign(process.env, env);
    await moreRounds([stage], new Map([[task.name, series]]), 5);
    for (const name of Object.keys(env)) delete process.env[name];
    return series;
  };
  const usual = await measured({});
  const [cpu, allocated] = [summaryOf(usual.cpu ?? []), summaryOf(usual.allocated ?? [])];
  const before: Pick<Baseline, 'scenarios'> = { scenarios: { [task.name]: { cpu, allocated } } };

  const burdens = {
    // A request costs less than that without it.
    cpu: { BURDEN_MICROSECONDS: '100' },
    allocated: { BURDEN_BYTES: String(Math.round(allocated.median / 2)) },
  };
  for (const [figure, burden] of Object.entries(burdens)) {
    const series = await measured({ ...burden, GATE_NODE_OPTIONS: `--import ${hook}` });
    const findings = judge(before, new Map([[task.name, series]]));
    t.log(findings);
    const found = findings.find((one) => one.figure === figure);
    t.like(found, { scenario: task.name, verdict: 'worse' });
  }
});
