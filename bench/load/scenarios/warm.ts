import { allAtOnce } from '../workload/arrivals.ts';
import { giveUpMs, measure, note, promise } from './measure.ts';
import { onlyHeads } from './promises.ts';
import { repeated } from './repeated.ts';
import type { Scenario } from './scenario.ts';

/** Enough starts for the server's CPU time to say something; but none starts more often than ten times. */
const fewest = 4_000;
const mostTimes = 10;

/** All containers crash, and their nodes have everything. */
export const warm: Scenario = {
  name: 'warm',
  play: async (theatre) => {
    const stage = await theatre.running();
    const about = { name: 'warm', what: 'All instances start again at once, where they ran.' };
    const instances = repeated(stage.instances, Math.min(fewest, mostTimes * stage.instances.length));
    const starts = stage.starts(allAtOnce, instances);
    const report = await measure(stage, about, () => stage.fleet.run(starts, { giveUpMs }));
    const times = instances.length / stage.instances.length;
    const notes =
      times === 1 ? [] : [`each instance starts ${times} times, so that there is more to measure`];
    return [note(promise(report, onlyHeads(report)), ...notes)];
  },
};
