import { allAtOnce } from '../workload/arrivals.ts';
import { giveUpMs, measure, promise } from './measure.ts';
import type { Scenario } from './scenario.ts';

/** The power is back, and the facade has never seen a droplet. */
export const cold: Scenario = {
  name: 'cold',
  play: async (theatre) => {
    const stage = await theatre.open();
    const about = {
      name: 'cold',
      what: 'All instances start at once, on empty nodes; no droplet is converted yet.',
    };
    const report = await measure(stage, about, () => stage.fleet.run(stage.starts(allAtOnce), { giveUpMs }));
    theatre.keep(stage);
    const { apps } = stage;
    return [
      promise(report, {
        'each droplet is converted once': report.conversions === apps.length,
        'each droplet is read once':
          report.bytes.fromSource === apps.reduce((sum, { size }) => sum + size, 0),
      }),
    ];
  },
};
