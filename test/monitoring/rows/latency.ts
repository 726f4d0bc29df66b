import type { Row } from '../panel.ts';
import { quantile, rate } from '../query.ts';

const manifests = 'dropstack_manifest_duration_seconds';
const [warm, cold] = ['cache=~"at-hand|memory|store"', 'cache="converted"'];

export const latency: Row = {
  title: 'Latency',
  panels: [
    {
      title: 'Warm manifests',
      help: 'That needed no conversion',
      unit: 's',
      queries: [0.5, 0.9, 0.99].map(
        (share) => [quantile(share, manifests, '', warm), `p${share * 100}`] as const,
      ),
    },
    {
      title: 'Cold manifests',
      help: 'That somebody waited a conversion for',
      unit: 's',
      queries: [0.5, 0.9].map((share) => [quantile(share, manifests, '', cold), `p${share * 100}`] as const),
    },
    {
      title: 'Manifests by where they came from',
      help: 'The median',
      unit: 's',
      queries: [[quantile(0.5, manifests, 'cache', 'cache!="none"'), '{{cache}}']],
    },
    {
      title: 'Where manifests came from',
      help: 'at-hand, memory, store or a conversion; none: errors',
      unit: 'reqps',
      queries: [[rate(`${manifests}_count`, 'cache'), '{{cache}}']],
    },
    {
      title: 'Where configs and layers came from',
      help: 'disk: a copy in the cache; redirect: the client got it from the store itself',
      unit: 'reqps',
      queries: [[rate('dropstack_blob_duration_seconds_count', 'cache'), '{{cache}}']],
    },
    {
      title: 'Configs and layers',
      help: 'Nine of ten take no longer. It is the clients’ lines that decide',
      unit: 's',
      queries: [[quantile(0.9, 'dropstack_blob_duration_seconds', 'cache', 'cache!="none"'), '{{cache}}']],
    },
  ],
};
