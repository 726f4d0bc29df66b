import { setTimeout as delay } from 'node:timers/promises';
import { rolling } from '../workload/arrivals.ts';
import { bounded } from './bounded.ts';
import { giveUpMs, measure, note, promise } from './measure.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** From the death of a replica until Kubernetes leads nobody there. */
const noticedMs = 2_000;

/** A process is gone in the middle of everything. */
export const lostReplica: Scenario = {
  name: 'lost-replica',
  play: async (theatre) => {
    const { part, notes } = bounded(theatre.setting.workload);
    const stage = await theatre.open({ workload: part, store: 's3', replicas: 2 });
    const perSecond = theatre.setting.perSecond / 10;
    const about = {
      name: 'lost-replica',
      what: 'All instances start on empty nodes, one after the other; of two replicas, one is killed in the middle.',
    };
    const starts = stage.starts(rolling(perSecond, part.seed));
    const halfMs = (starts.at(-1)?.atMs ?? 0) / 2;
    const report = await measure(stage, about, async () => {
      const [observed] = await Promise.all([stage.fleet.run(starts, { giveUpMs }), loseOne(stage, halfMs)]);
      return observed;
    });
    return [
      note(
        promise(report, { 'nothing is converted but the droplets': report.conversions <= 2 * part.apps }),
        ...notes,
        `own store and source in S3; ${perSecond} starts a second; one replica of two is killed (SIGKILL) after ${Math.round(halfMs / 1000)} s`,
        `half of the connections still go there for ${noticedMs / 1000} s, until the service knows of it, and kubelets whose pulls fail wait 10 s and more: that is the latency seen`,
      ),
    ];
  },
};

async function loseOne({ servers, fleet, registry }: Stage, afterMs: number): Promise<void> {
  await delay(afterMs);
  const [lost] = servers;
  lost?.kill('SIGKILL');
  await delay(noticedMs);
  await fleet.use({ ...registry, hosts: registry.hosts.filter((host) => host !== lost?.host) });
}
