import type { Row } from '../panel.ts';
import { job, quantile, rate } from '../query.ts';

const ofStacks = 'stack=~"$stack"';

export const rolls: Row = {
  title: 'Rolls',
  panels: [
    {
      title: 'Apps',
      help: 'Of the roll that is under way or was last, by where they stand',
      unit: 'none',
      width: 16,
      queries: [
        [`max by (stack, state) (dropstack_roll_apps{${ofStacks}, state!="all"})`, '{{stack}}: {{state}}'],
      ],
    },
    {
      title: 'Phase',
      help: 'The one that each stack is in',
      unit: 'none',
      kind: 'stat',
      queries: [[`max by (stack, phase) (dropstack_roll_phase{${ofStacks}}) == 1`, '{{stack}}: {{phase}}']],
    },
    {
      title: 'Steps',
      help: 'What was done to pods and workloads, and what came of it',
      unit: 'cps',
      queries: [
        [
          `sum by (kind, outcome) (rate(dropstack_roll_steps_total{${job}}[$__rate_interval]))`,
          '{{kind}}: {{outcome}}',
        ],
      ],
    },
    {
      title: 'Looks',
      help: 'Nine of ten looks of the patcher that leads take no longer; and those that came to nothing, a second',
      unit: 'none',
      queries: [
        [quantile(0.9, 'dropstack_patcher_look_duration_seconds'), 'seconds'],
        [rate('dropstack_patcher_failures_total', 'job'), 'failures'],
        [`sum(dropstack_patcher_leader{${job}})`, 'leaders'],
      ],
    },
    {
      title: 'API server of Kubernetes',
      help: 'Nine of ten answers take no longer',
      unit: 's',
      queries: [[quantile(0.9, 'dropstack_kubernetes_request_duration_seconds', 'method'), '{{method}}']],
    },
  ],
};
