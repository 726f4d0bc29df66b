import type {
  ContestRow,
  Latency,
  Report,
  Requests,
  ScenarioReport,
} from '../../../../bench/load/report/report.ts';

/** What happens in each of the scenarios, and how hard it is beside a warm restart. */
const stories = [
  ['cold', 'Every node starts with nothing and all apps start at once.', 6],
  ['restart', 'Every node starts again with what it has.', 1],
  ['drain', 'A tenth of the nodes goes, and its apps start elsewhere.', 2],
  ['bump', 'Every app moves to a new rootfs, wave by wave.', 3],
  ['hot', 'One app starts on every node.', 1.5],
  ['slow-store', 'The store answers after 200 ms.', 8],
  ['lost-replica', 'One of two replicas is killed in the middle.', 4],
  ['attack', 'Wrong passwords, unknown names and slow readers beside the usual.', 2.5],
] as const;

/** A report of eight scenarios and a contest, always the same; `name`, where there is one, is everything's that comes from elsewhere. */
export function madeUpReport(name?: string): Report {
  return {
    format: 1,
    version: name ?? '0.1.0',
    begun: '2026-01-02T03:04:05.000Z',
    machine: {
      cores: 2,
      memory: 8_200_000_000,
      cpu: name ?? 'Some CPU at 2.6 GHz',
      kernel: name ?? '6.1.0',
      node: name ?? '26.10.0',
      load: 0.31,
    },
    setup: [name ?? 'two replicas on one S3 store, HTTPS', name ?? 'a cache of 10 GiB for each'],
    workload: {
      format: 1,
      seed: 7,
      nodes: 250,
      apps: 40_000,
      instances: 80_000,
      versions: 3,
      sizes: [4_100, 61_000, 820_000],
      scale: 0.001,
    },
    scenarios: stories.map(([title, what, weight], index) =>
      scenario(name ?? title, name ?? what, weight, index, name),
    ),
    contest: contest(name),
  };
}

function scenario(name: string, what: string, weight: number, index: number, word?: string): ScenarioReport {
  const seconds = 60 + 20 * index;
  const failing = index > 4;
  const errors: Record<string, number> = failing ? { 503: 12 * index, [word ?? 'ECONNRESET']: index } : {};
  const kind = (requests: number, bytes: number, scale: number): Requests => ({
    requests,
    bytes,
    errors,
    firstByte: latency(requests, weight * scale),
    total: latency(requests, weight * scale * 1.6),
  });
  const failed = failing ? 3 : 0;
  return {
    name,
    what,
    seconds,
    pulls: {
      wanted: 80_000,
      done: 80_000 - failed,
      failed,
      reasons: failing ? { [word ?? 'no success within ten minutes']: 3 } : {},
      latency: latency(80_000, weight * 40),
    },
    kinds: {
      'manifest-head': kind(80_000, 0, 1),
      'manifest-get': kind(80_000, 80_000 * 1_100, 1.3),
      config: kind(79_000, 79_000 * 2_300, 1.1),
      layer: index === 1 ? kind(0, 0, 0) : kind(82_000, 82_000 * 310_000, 9),
    },
    challenges: 80_000,
    retries: 14 * index,
    backoffs: index,
    resumed: 2 * index,
    corrupt: 0,
    connections: 1_500,
    conversions: index === 0 ? 40_000 : 0,
    bytes: {
      fromSource: index === 0 ? 12_400_000_000 : 0,
      fromStore: 8_000_000_000 * (1 + (index % 3)),
      toStore: index === 0 ? 12_100_000_000 : 40_000,
      fromCache: 14_000_000_000 / (1 + index),
      toClients: 25_690_700_000,
    },
    server: {
      cpuSeconds: 30.5 * weight,
      peakMemory: 310_000_000 + 40_000_000 * index,
      copied: 51_000_000_000,
      loopDelay: { p50: 0.4, p99: 11 * weight, max: 92 * weight },
    },
    clients: { cpuSeconds: 88.2 },
    timeline: Array.from({ length: seconds }, (_, second) => second).map((second) =>
      timelineOf(second, seconds, weight, failing),
    ),
    notes:
      index === 0 ? [word ?? 'Droplets are a thousandth of real ones, because the disk bounds them.'] : [],
    ...(failing ? { wrong: [word ?? 'not kept: every start gets its image'] } : {}),
  };
}

/** Rises, wavers, and falls at the end. */
function timelineOf(
  second: number,
  seconds: number,
  weight: number,
  failing: boolean,
): ScenarioReport['timeline'][number] {
  const rise = Math.min(1, (second + 1) / 8, (seconds - second) / 5);
  const waver = 1 + 0.15 * Math.sin(second / 3) + 0.08 * Math.sin(second * 2.7);
  const isBad = failing && Math.abs(second - seconds / 2) < 6;
  const requests = Math.round(5_200 * rise * waver * (isBad ? 0.4 : 1));
  return {
    requests,
    errors: isBad ? Math.round(9 * rise * waver) : 0,
    bytes: requests * 81_000,
    pulls: Math.round(requests / 4),
    p99Ms: weight * 30 * waver * (isBad ? 6 : 1),
  };
}

/** A long tail around a median of so many milliseconds. */
function latency(count: number, p50: number): Latency {
  if (count === 0) return { count, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 };
  return { count, p50, p90: p50 * 2.2, p99: p50 * 7, p999: p50 * 25, max: p50 * 61, mean: p50 * 1.4 };
}

function contest(word?: string): ContestRow[] {
  const row = (task: string, contestant: string, ofFloor: number, perSecond: number): ContestRow => ({
    task: word ?? task,
    contestant: word ?? contestant,
    requestsPerSecond: perSecond,
    bytesPerSecond: perSecond * 1_100,
    cpuSeconds: 0.95 / perSecond,
    copied: 2_310,
    ofFloor,
    ofFloorByClock: ofFloor * 0.98,
    spread: [ofFloor * 0.95, ofFloor * 1.04],
  });
  const aim = (words: string, ofFloor: number, met: boolean): Partial<ContestRow> => ({
    aim: word ?? words,
    aimed: { ofFloor, met },
  });
  return [
    row('manifest by tag, Basic', 'bare koa', 1, 12_400),
    {
      ...row('manifest by tag, Basic', 'dropstack', 0.86, 10_700),
      ...aim('at least 0.8 of bare koa: 0.86, met', 0.8, true),
    },
    row('manifest by tag, Basic', 'distribution 3', 0.0012, 15),
    row('manifest by tag, Basic', 'docker-registry', 0.0011, 14),
    row('layer of 64 MiB', 'bare node:http', 1, 21),
    {
      ...row('layer of 64 MiB', 'dropstack', 0.84, 18),
      ...aim('at least 0.9 of bare node:http: 0.84, not met', 0.9, false),
    },
    row('layer of 64 MiB', 'nginx', 2.4, 49),
    row('cold manifest', 'bits-service', 1, 1.4),
    {
      ...row('cold manifest', 'dropstack', 3.1, 4.2),
      ...aim('at least 2 of bits-service: 3.10, met', 2, true),
    },
  ];
}
