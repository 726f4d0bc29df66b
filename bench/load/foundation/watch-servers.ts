import { setTimeout as delay } from 'node:timers/promises';
import { receive } from '../../../src/cli/request.ts';
import type { Served } from '../../../test/helpers/serve.ts';
import { treeCopiedBytes, treeCpuSeconds, treeMemory } from '../../process-tree.ts';
import { samplesOf } from '../../rollout/scrape.ts';
import type { ServerUsage } from '../report/report.ts';
import { adminOf } from './admin-of.ts';
import { combined, countersOf, noCounters, type Counters } from './counters.ts';

export type Watched = Counters & {
  usage: ServerUsage;
  /** replicas that did not answer at the end: of them usage counts up to a second before they were gone, and nothing else */
  lost: number;
};

/**
 * Watches what all replicas together use and count from now until `end`. Only the two looks at their metrics cost them anything.
 * Nobody else may scrape meanwhile: each scrape begins their event loop's figures anew.
 */
export async function watchServers(
  servers: readonly WatchedServer[],
): Promise<{ end: () => Promise<Watched> }> {
  const before = await Promise.all(servers.map(scrape));
  const used = await useOf(servers);
  return {
    end: async () => {
      const usage = await used.end();
      const after = await Promise.all(servers.map((server) => scrape(server).catch(() => undefined)));
      const grown = after.map((look, at) =>
        look === undefined
          ? noCounters
          : combined(look.counters, before[at]?.counters ?? noCounters, (late, early) => late - early),
      );
      const there = after.filter((look) => look !== undefined);
      return {
        ...grown.reduce((sum, one) => combined(sum, one, (a, b) => a + b), noCounters),
        usage: { ...usage, loopDelay: slowest(there.map(({ loopDelay }) => loopDelay)) },
        lost: servers.length - there.length,
      };
    },
  };
}

type WatchedServer = Pick<Served, 'pid' | 'host' | 'admin' | 'puller'>;
type LoopDelay = ServerUsage['loopDelay'];

async function scrape(server: WatchedServer): Promise<{ counters: Counters; loopDelay: LoopDelay }> {
  const text = String(await receive(adminOf(server), '/metrics'));
  const samples = samplesOf(text);
  const lag = (part: string): number => {
    const seconds = samples.get(`nodejs_eventloop_lag_${part}seconds`);
    if (seconds === undefined) throw new Error(`The facade at ${server.host} does not tell its loop's delay`);
    return seconds * 1000;
  };
  return {
    counters: countersOf(text),
    loopDelay: { p50: lag('p50_'), p99: lag('p99_'), max: lag('max_') },
  };
}

function slowest(delays: readonly LoopDelay[]): LoopDelay {
  const largest = (part: keyof LoopDelay): number => Math.max(0, ...delays.map((delayed) => delayed[part]));
  return { p50: largest('p50'), p99: largest('p99'), max: largest('max') };
}

type Use = { cpuSeconds: number; copied: number };

/** Looks once a second, so that what a replica used is known after it was killed. */
async function useOf(
  servers: readonly WatchedServer[],
): Promise<{ end: () => Promise<Omit<ServerUsage, 'loopDelay'>> }> {
  const first = await Promise.all(servers.map(({ pid }) => usedSoFar(pid)));
  const last = [...first];
  let peakMemory = 0;
  const look = async (): Promise<void> => {
    const memory = await Promise.all(
      servers.map(async ({ pid }, at) => {
        const [used, { pss }] = await Promise.all([usedSoFar(pid), treeMemory(pid)]);
        last[at] = laterOf(last[at] ?? used, used);
        return pss;
      }),
    );
    peakMemory = Math.max(
      peakMemory,
      memory.reduce((sum, pss) => sum + pss, 0),
    );
  };
  const over = new AbortController();
  const watching = (async () => {
    for (; !over.signal.aborted; await delay(1000, undefined, { signal: over.signal }).catch(() => {}))
      await look();
  })();
  const since = (part: keyof Use): number =>
    last.reduce((sum, used, at) => sum + used[part] - (first[at]?.[part] ?? 0), 0);
  return {
    end: async () => {
      over.abort();
      await watching;
      await look();
      return { cpuSeconds: since('cpuSeconds'), peakMemory, copied: since('copied') };
    },
  };
}

/** Nothing can be read of a process that is gone: what it had used then stays. */
function laterOf(one: Use, other: Use): Use {
  return {
    cpuSeconds: Math.max(one.cpuSeconds, other.cpuSeconds),
    copied: Math.max(one.copied, other.copied),
  };
}

async function usedSoFar(pid: number): Promise<Use> {
  const [cpuSeconds, copied] = await Promise.all([treeCpuSeconds(pid), treeCopiedBytes(pid)]);
  return { cpuSeconds, copied };
}
