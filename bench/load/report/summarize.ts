import type { Histogram } from 'hdr-histogram-js';
import type { Kind, Observed, ObservedKind } from '../fleet/observed.ts';
import type { Latency, Moved, Requests, ScenarioReport, ServerUsage } from './report.ts';

/** What a fleet cannot see of a scenario. */
type Scenario = {
  name: string;
  what: string;
  notes: readonly string[];
  conversions: number;
  server: ServerUsage;
  /** as the server counts them; what came to clients is what the fleet saw */
  bytes: Omit<Moved, 'toClients'>;
};

/** A scenario's part of the report: histograms of microseconds become percentiles in milliseconds. */
export function summarize(observed: Observed, scenario: Scenario): ScenarioReport {
  const { challenges, retries, backoffs, resumed, corrupt, connections } = observed;
  const { name, what, notes, conversions, server } = scenario;
  const { fromSource, fromStore, toStore, fromCache } = scenario.bytes;
  const toClients = Object.values(observed.kinds).reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    name,
    what,
    seconds: observed.seconds,
    pulls: { ...observed.pulls, latency: latencyOf(observed.pull) },
    kinds: requestsOf(observed.kinds),
    challenges,
    retries,
    backoffs,
    resumed,
    corrupt,
    connections,
    conversions,
    bytes: { fromSource, fromStore, toStore, fromCache, toClients },
    server,
    clients: { cpuSeconds: observed.cpuSeconds },
    timeline: observed.timeline,
    notes: [...notes],
  };
}

function requestsOf(kinds: Observed['kinds']): Record<Kind, Requests> {
  return {
    'manifest-head': ofKind(kinds['manifest-head']),
    'manifest-get': ofKind(kinds['manifest-get']),
    config: ofKind(kinds.config),
    layer: ofKind(kinds.layer),
  };
}

function ofKind({ requests, bytes, errors, firstByte, total }: ObservedKind): Requests {
  return { requests, bytes, errors, firstByte: latencyOf(firstByte), total: latencyOf(total) };
}

function latencyOf(histogram: Histogram): Latency {
  const count = histogram.totalCount;
  if (count === 0) return { count, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 };
  // The maximum is exact; percentiles are the upper ends of their buckets, which may lie above it.
  const max = histogram.maxValue / 1000;
  const at = (percentile: number): number => Math.min(max, histogram.getValueAtPercentile(percentile) / 1000);
  return {
    count,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max,
    mean: histogram.mean / 1000,
  };
}
