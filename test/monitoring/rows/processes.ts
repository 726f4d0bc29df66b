import type { Row } from '../panel.ts';
import { job } from '../query.ts';

/** Of facades alone: other programs have these metrics too. */
const ofFacades = `and on (job, instance) dropstack_ready{${job}}`;

export const processes: Row = {
  title: 'Processes',
  panels: [
    {
      title: 'Wait for a turn',
      help: 'What work waits before it is begun, 99 of 100 times less. Some 10 ms are how it is measured',
      unit: 's',
      queries: [[`nodejs_eventloop_lag_p99_seconds{${job}} ${ofFacades}`, '{{instance}}']],
    },
    {
      title: 'Memory',
      help: 'Of servers, without their converters',
      unit: 'bytes',
      queries: [[`process_resident_memory_bytes{${job}} ${ofFacades}`, '{{instance}}']],
    },
    {
      title: 'Certificates end in',
      help: 'The ones that clients are shown',
      unit: 's',
      queries: [[`dropstack_tls_certificate_expiry_timestamp_seconds{${job}} - time()`, '{{instance}}']],
    },
  ],
};
