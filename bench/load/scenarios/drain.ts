import { allAtOnce } from '../workload/arrivals.ts';
import type { Instance } from '../workload/instances-of.ts';
import { giveUpMs, measure, promise } from './measure.ts';
import { nothingConverted } from './promises.ts';
import type { Scenario } from './scenario.ts';

/** A tenth of the nodes goes. */
export const drain: Scenario = {
  name: 'drain',
  play: async (theatre) => {
    const stage = await theatre.running();
    const { nodes } = stage.workload;
    const left = nodes - Math.max(1, Math.floor(nodes / 10));
    const about = {
      name: 'drain',
      what: `${nodes - left} of ${nodes} nodes go, and their instances start at once on the others.`,
    };
    const starts = stage.starts(allAtOnce, moved(stage.instances, left));
    const report = await measure(stage, about, () => stage.fleet.run(starts, { giveUpMs }));
    return [promise(report, nothingConverted(report))];
  },
};

/** The instances of all nodes from `left` on, dealt to those before it. */
export function moved(instances: readonly Instance[], left: number): Instance[] {
  const homeless = instances.filter(({ node }) => node >= left);
  return homeless.map(({ app }, at) => ({ app, node: at % left }));
}
