import { allAtOnce } from '../workload/arrivals.ts';
import { giveUpMs, measure, promise } from './measure.ts';
import type { Scenario } from './scenario.ts';

/** Everybody wants the same, and nobody has it. */
export const hot: Scenario = {
  name: 'hot',
  play: async (theatre) => {
    const stage = await theatre.open();
    const { apps, fleet, workload } = stage;
    const sizes = apps.map(({ size }) => size);
    const app = sizes.indexOf(Math.max(...sizes));
    const everywhere = Array.from({ length: workload.nodes }, (_, node) => ({ app, node }));
    const about = {
      name: 'hot',
      what: `One app, of the largest there are and not converted yet, starts on each of ${workload.nodes} empty nodes at once.`,
    };
    const report = await measure(stage, about, () =>
      fleet.run(stage.starts(allAtOnce, everywhere), { giveUpMs }),
    );
    return [
      promise(report, {
        'the droplet is converted once': report.conversions === 1,
        'the droplet is read once': report.bytes.fromSource === sizes[app],
      }),
    ];
  },
};
