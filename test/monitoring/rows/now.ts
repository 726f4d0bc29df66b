import type { Row } from '../panel.ts';
import { job } from '../query.ts';

export const now: Row = {
  title: 'Now',
  panels: [
    {
      title: 'Facades',
      help: 'That take new work, of those that are scraped',
      unit: 'none',
      kind: 'stat',
      width: 4,
      queries: [
        [`sum(dropstack_ready{${job}})`, 'ready'],
        [`count(dropstack_ready{${job}})`, 'all'],
      ],
    },
    {
      title: 'Pulls',
      help: 'Manifests and blobs a second',
      unit: 'reqps',
      kind: 'stat',
      width: 4,
      queries: [[`sum(dropstack:pulls:rate5m{${job}})`, 'requests']],
    },
    {
      title: 'Pulls that fail',
      help: 'Share of 500, 503 and 507',
      unit: 'percentunit',
      kind: 'stat',
      width: 4,
      queries: [[`max(dropstack:pull_errors:ratio5m{${job}})`, 'server errors']],
    },
    {
      title: 'Conversions that wait',
      help: 'In the queue for a converter',
      unit: 'none',
      kind: 'stat',
      width: 4,
      queries: [[`sum by (urgency) (dropstack_conversions_waiting{${job}})`, '{{urgency}}']],
    },
    {
      title: 'Stores',
      help: 'Share of what they were asked and could not answer',
      unit: 'percentunit',
      kind: 'stat',
      width: 4,
      queries: [
        [`max(dropstack:store_failures:ratio5m{${job}})`, 'own'],
        [`max(dropstack:source_failures:ratio5m{${job}})`, 'source'],
      ],
    },
    {
      title: 'Versions',
      help: 'How many facades and patchers run which',
      unit: 'none',
      kind: 'stat',
      width: 4,
      queries: [[`count by (version) (dropstack_build_info{${job}})`, '{{version}}']],
    },
  ],
};
