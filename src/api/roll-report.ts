import { z } from 'zod';
import type { StatusReport } from '../rollout/drive/status-report.ts';
import { phases, roll } from '../rollout/stack/status.ts';

/** How a `Stack` and its roll stand. */
export const rollReport: z.ZodType<StatusReport> = z.object({
  stack: z.string(),
  version: z.string().describe('what the Stack asks for'),
  phase: z.enum(phases),
  message: z.string(),
  pending: z.boolean().describe('the patcher is yet to act on what the Stack says'),
  stalled: z.string().describe('why the patcher cannot do its part').exactOptional(),
  roll: roll.exactOptional(),
  planned: z.array(z.number()).describe('apps that the plan counted, by wave').exactOptional(),
  secondsLeft: z
    .number()
    .describe('at the pace so far, without the time that approvals take')
    .exactOptional(),
});
