import type { Panel, Row } from '../panel.ts';
import { quantile, rate } from '../query.ts';

export const stores: Row = {
  title: 'Stores',
  panels: [
    ...store('store', 'Own'),
    ...store('source', 'Source'),
    {
      title: 'Bytes',
      help: 'From and to the stores',
      unit: 'Bps',
      width: 24,
      queries: [
        [rate('dropstack_store_read_bytes_total', 'job'), 'own, read'],
        [rate('dropstack_store_written_bytes_total', 'job'), 'own, written'],
        [rate('dropstack_source_read_bytes_total', 'job'), 'source, read'],
      ],
    },
  ],
};

function store(name: 'store' | 'source', title: string): Panel[] {
  return [
    {
      title: `${title}: requests`,
      help: 'One of ours each; a large put is several to S3',
      unit: 'reqps',
      queries: [[rate(`dropstack_${name}_requests_total`, 'operation'), '{{operation}}']],
    },
    {
      title: `${title}: failures`,
      help: 'What it could not answer',
      unit: 'reqps',
      queries: [[rate(`dropstack_${name}_failures_total`, 'operation'), '{{operation}}']],
    },
    {
      title: `${title}: time to answer`,
      help: 'Ninety-nine of a hundred take no longer',
      unit: 's',
      queries: [[quantile(0.99, `dropstack_${name}_request_duration_seconds`, 'operation'), '{{operation}}']],
    },
  ];
}
