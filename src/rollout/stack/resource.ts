import { z } from 'zod';
import { stackSpec } from './spec.ts';
import { stackStatus } from './status.ts';

export const group = 'dropstack.dev';
export const apiVersion = `${group}/v1alpha1`;
export const stacksPath = `/apis/${apiVersion}/stacks`;

/** What people and pipelines tell a roll, as annotations of its `Stack`; each value names the roll that it means. */
export const annotation = {
  /** `<roll>/<wave index>` */
  approve: `${group}/approve`,
  /** `<roll>/<number of failures that were seen>` */
  resume: `${group}/resume`,
  /** `<roll>` */
  abort: `${group}/abort`,
  /** `<roll>`: begin anew with a version whose roll ended without reaching everything */
  retry: `${group}/retry`,
  /** who said the last of them */
  by: `${group}/by`,
} as const;

export const stackResource = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    generation: z.int(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().exactOptional(),
  }),
  spec: stackSpec,
  status: stackStatus.optional(),
});
export type StackResource = z.output<typeof stackResource>;
