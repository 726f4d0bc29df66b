import type { Step } from '../decide/step.ts';
import type { StackResource } from '../stack/resource.ts';
import type { StackStatus } from '../stack/status.ts';

/** What a controller does in the cluster. */
export type Effects = {
  /** @returns each step, and why it is forbidden for the time being, where it is */
  carryOut(steps: readonly Step[]): Promise<{ step: Step; forbidden: string | undefined }[]>;
  /** @throws Failure `conflict` where the status is not `before` any more: another process leads, or did */
  writeStatus(stack: StackResource, before: StackStatus, after: StackStatus): Promise<void>;
};
