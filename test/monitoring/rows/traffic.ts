import type { Row } from '../panel.ts';
import { job, rate } from '../query.ts';

export const traffic: Row = {
  title: 'Traffic',
  panels: [
    {
      title: 'Requests',
      help: 'By what they are for',
      unit: 'reqps',
      queries: [[rate('dropstack_http_request_duration_seconds_count', 'route'), '{{route}}']],
    },
    {
      title: 'Answers',
      help: 'By status; 0: the client left. 404, 401 and 429 have their place in the life of a client, 5xx have none',
      unit: 'reqps',
      queries: [[rate('dropstack_http_request_duration_seconds_count', 'status'), '{{status}}']],
    },
    {
      title: 'Bytes to clients',
      help: 'Before encryption',
      unit: 'Bps',
      queries: [[rate('dropstack_sent_bytes_total', 'instance'), '{{instance}}']],
    },
    {
      title: 'Connections',
      help: 'That are open',
      unit: 'none',
      queries: [[`sum by (instance) (dropstack_connections{${job}})`, '{{instance}}']],
    },
    {
      title: 'Turned away',
      help: 'Connections beyond the bounds, and credentials that were not accepted',
      unit: 'cps',
      queries: [
        [rate('dropstack_connections_turned_away_total', 'full'), 'connections: {{full}} full'],
        [rate('dropstack_authentication_failures_total', 'reason'), 'credentials: {{reason}}'],
      ],
    },
    {
      title: 'Faults',
      help: 'What goes wrong while nobody waits for it: damaged layers, files that cannot be used, redirects',
      unit: 'none',
      queries: [[`sum by (kind) (increase(dropstack_faults_total{${job}}[5m]))`, '{{kind}}']],
    },
  ],
};
