import { z } from 'zod';

export const phases = [
  'Idle',
  'Rolling',
  'Waiting',
  'AwaitingApproval',
  'Paused',
  'Halted',
  'RollingBack',
  'Completed',
  'RolledBack',
  'Aborted',
] as const;
export type Phase = (typeof phases)[number];

const count = z.int().min(0);

/** Apps of a wave, or of a roll. `waiting` have not begun, `moving` are being restarted or proven. */
const counts = z.strictObject({
  apps: count,
  waiting: count,
  moving: count,
  done: count,
  failed: count,
  skipped: count,
});
export type Counts = z.output<typeof counts>;

const wave = z.strictObject({
  name: z.string(),
  /** as the spec had it when the roll began */
  apps: z.literal('auto').exactOptional(),
  percent: z.number().exactOptional(),
  approval: z.boolean().exactOptional(),
  pauseSeconds: z.number().exactOptional(),
  counts,
  startedAt: z.string().exactOptional(),
  /** when its last app was done, had failed or was skipped */
  settledAt: z.string().exactOptional(),
  approvedAt: z.string().exactOptional(),
  approvedBy: z.string().exactOptional(),
  /** when the next one may begin */
  finishedAt: z.string().exactOptional(),
});
export type WaveStatus = z.output<typeof wave>;

const failure = z.strictObject({
  guid: z.string(),
  reason: z.string(),
  at: z.string(),
  wave: count,
});
export type AppFailure = z.output<typeof failure>;

/** What is under way, or was last. */
export const roll = z.strictObject({
  id: z.string(),
  /** `undo` takes apps back to where the last roll found them: one wave, that nobody need approve and no failure stops */
  kind: z.enum(['roll', 'undo']),
  /** what was promoted when it began */
  from: z.string().exactOptional(),
  to: z.string(),
  /** the version that the spec named when it began: another one begins another roll */
  asked: z.string(),
  /** of an undo: the roll that it takes back */
  undoes: z.string().exactOptional(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
  waves: z.array(wave),
  counts,
  /** apps that failed, oldest first, one entry each */
  failures: z.array(failure),
  /** failures that somebody has seen and resumed after: they count no more */
  acknowledged: count,
});
export type Roll = z.output<typeof roll>;

export const pastRoll = z.strictObject({
  id: z.string(),
  kind: z.enum(['roll', 'undo']),
  from: z.string().exactOptional(),
  to: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  outcome: z.enum(['Completed', 'RolledBack', 'Aborted', 'Superseded']),
  counts,
});
export type PastRoll = z.output<typeof pastRoll>;

/**
 * As Kubernetes' own conditions. `Ready`: every app that can be runs the version that the spec names. `Progressing`: a roll is
 * under way. `Stalled`: the patcher cannot do its part.
 */
const condition = z.strictObject({
  type: z.enum(['Ready', 'Progressing', 'Stalled']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: z.string(),
  observedGeneration: z.int().exactOptional(),
});
export type Condition = z.output<typeof condition>;

/** What the patcher says of a `Stack`. All that it must know again after it was killed, beside placements and pods. */
export const stackStatus = z.strictObject({
  phase: z.enum(phases),
  /** why it is in that phase, in one line */
  message: z.string(),
  observedGeneration: z.int(),
  roll: roll.exactOptional(),
  /** the last ten rolls that ended, newest first */
  history: z.array(pastRoll),
  conditions: z.array(condition),
});
export type StackStatus = z.output<typeof stackStatus>;

/** More failures than these stop a roll, whatever its budget: a status has its bounds. */
export const mostFailures = 1000;
