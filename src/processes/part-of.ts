import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { shareOf } from '../config/share.ts';

/** Names the part of a cache's directory that belongs to one of several processes, counted from 1. */
export function cachePart(directory: string, number: number): string {
  return join(directory, `process-${number}`);
}

/** The configuration of one of `config.processes`: what bounds all of them together is divided. */
export function partOf(config: Config, number: number): Config {
  const { processes, limits, cache } = config;
  const part = (total: number): number => shareOf(total, 1 / processes);
  return {
    ...config,
    cache: cache && { directory: cachePart(cache.directory, number), maxBytes: part(cache.maxBytes) },
    limits: {
      ...limits,
      connections: part(limits.connections),
      downloads: part(limits.downloads),
      uploads: part(limits.uploads),
    },
  };
}
