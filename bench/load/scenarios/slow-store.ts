import { setTimeout as delay } from 'node:timers/promises';
import { allAtOnce } from '../workload/arrivals.ts';
import { bounded } from './bounded.ts';
import { giveUpMs, measure, note, promise } from './measure.ts';
import { onlyHeads } from './promises.ts';
import type { Scenario } from './scenario.ts';

/** By which each request to S3 comes late. */
const lateMs = 40;

/** S3 is there, but far. */
export const slowStore: Scenario = {
  name: 'slow-store',
  play: async (theatre) => {
    const { part, notes } = bounded(theatre.setting.workload);
    const stage = await theatre.open({
      workload: part,
      store: 's3',
      meet: ({ pass }) => void delay(lateMs).then(pass),
    });
    const told = [...notes, `own store and source in S3, and each request to them is ${lateMs} ms late`];
    const run = () => stage.fleet.run(stage.starts(allAtOnce), { giveUpMs });
    const coldAbout = {
      name: 'slow-store: cold',
      what: 'All instances start at once on empty nodes, nothing is converted, and S3 is slow.',
    };
    const first = await measure(stage, coldAbout, run);
    const warmAbout = {
      name: 'slow-store: warm',
      what: 'They all start again where they ran, and S3 is still slow.',
    };
    const second = await measure(stage, warmAbout, run);
    return [
      note(promise(first, { 'each droplet is converted once': first.conversions === part.apps }), ...told),
      note(promise(second, onlyHeads(second)), ...told),
    ];
  },
};
