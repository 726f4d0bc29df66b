import type { Row } from '../panel.ts';
import { job, rate } from '../query.ts';

export const cache: Row = {
  title: 'Cache',
  panels: [
    {
      title: 'Hits',
      help: 'Share of the reads of layers that a copy answered',
      unit: 'percentunit',
      max: 1,
      queries: [[`dropstack:cache_hits:ratio5m{${job}}`, '{{job}}']],
    },
    {
      title: 'Bytes of layers',
      help: 'That readers got from copies, and that came from the store',
      unit: 'Bps',
      queries: [
        [rate('dropstack_cache_read_bytes_total', 'job'), 'from copies'],
        [rate('dropstack_cache_filled_bytes_total', 'job'), 'from the store'],
      ],
    },
    {
      title: 'Room',
      help: 'What it takes of what it may. Full is normal; many evictions are not',
      unit: 'percentunit',
      max: 1,
      queries: [[`dropstack_cache_bytes{${job}} / dropstack_cache_max_bytes{${job}}`, '{{instance}}']],
    },
    {
      title: 'Copies that went, or were not made',
      help: 'evicted: for room; degraded: no room, or the disk failed; damaged: dropped, and nobody got their bytes',
      unit: 'cps',
      width: 24,
      queries: [
        [rate('dropstack_cache_evictions_total', 'job'), 'evicted'],
        [rate('dropstack_cache_degraded_total', 'job'), 'degraded'],
        [rate('dropstack_cache_corruptions_total', 'job'), 'damaged'],
      ],
    },
  ],
};
