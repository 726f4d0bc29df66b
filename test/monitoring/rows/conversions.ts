import type { Row } from '../panel.ts';
import { job, quantile, rate } from '../query.ts';

export const conversions: Row = {
  title: 'Conversions',
  panels: [
    {
      title: 'Conversions',
      help: 'By how they ended',
      unit: 'cps',
      queries: [[rate('dropstack_conversions_total', 'outcome'), '{{outcome}}']],
    },
    {
      title: 'Duration',
      help: 'Without the wait for a converter',
      unit: 's',
      queries: [0.5, 0.9, 0.99].map(
        (share) => [quantile(share, 'dropstack_conversion_duration_seconds'), `p${share * 100}`] as const,
      ),
    },
    {
      title: 'Wait for a converter',
      help: 'A pull is held for 20 s, and told to come back then',
      unit: 's',
      queries: [0.5, 0.9].map(
        (share) => [quantile(share, 'dropstack_conversion_wait_seconds'), `p${share * 100}`] as const,
      ),
    },
    {
      title: 'Queue',
      help: 'By urgency: pulls come before uploads, and these before what is warmed',
      unit: 'none',
      queries: [
        [`sum by (urgency) (dropstack_conversions_waiting{${job}})`, '{{urgency}}'],
        [`sum(dropstack_conversions_running{${job}})`, 'all, with those under way'],
      ],
    },
    {
      title: 'Refused',
      help: 'By the rule of docs/layers.md that the droplet breaks',
      unit: 'none',
      width: 16,
      queries: [[`sum by (rule) (increase(dropstack_refusals_total{${job}}[1h])) > 0`, '{{rule}}']],
    },
  ],
};
