import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { watchBuild } from '../../metrics/build-info.ts';
import type { Step } from '../decide/step.ts';
import type { StackResource } from '../stack/resource.ts';
import { phases } from '../stack/status.ts';

/** What the patcher tells Prometheus. Labels are bounded by the number of stacks. */
export type PatcherMetrics = {
  registry: Registry;
  looked(stack: StackResource): void;
  /** A stack of this name is there no more. */
  gone(stack: string): void;
  /** a look at all stacks after so many milliseconds */
  lookedFor(milliseconds: number): void;
  stepped(step: Step, outcome: string): void;
  failed(): void;
  /** an answer of the API server after so many milliseconds; `status` 0 where none came */
  answered(method: string, status: number, milliseconds: number): void;
  /** Who does not lead says nothing of stacks: what it knew of them grows old. */
  leading(isLeader: boolean): void;
};

export function createPatcherMetrics(): PatcherMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  watchBuild(registry);
  const apps = new Gauge({
    name: 'dropstack_roll_apps',
    help: 'Apps of the roll that is under way or was last, by where they stand',
    labelNames: ['stack', 'state'],
    registers,
  });
  const phase = new Gauge({
    name: 'dropstack_roll_phase',
    help: 'The phase of a stack: 1 for the one that it is in',
    labelNames: ['stack', 'phase'],
    registers,
  });
  const steps = new Counter({
    name: 'dropstack_roll_steps_total',
    help: 'What was done to pods and workloads, and what came of it',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'dropstack_patcher_failures_total',
    help: 'Looks that came to nothing',
    registers,
  });
  const looks = new Histogram({
    name: 'dropstack_patcher_look_duration_seconds',
    help: 'Time that a look at all stacks takes, with all that is done',
    buckets: [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const requests = new Histogram({
    name: 'dropstack_kubernetes_request_duration_seconds',
    help: 'Time until the API server of Kubernetes answers',
    labelNames: ['method', 'status'],
    buckets: [0.01, 0.05, 0.2, 1, 5, 30],
    registers,
  });
  const leader = new Gauge({
    name: 'dropstack_patcher_leader',
    help: 'Whether this patcher leads',
    registers,
  });
  return {
    registry,
    looked: ({ metadata: { name: stack }, status }) => {
      if (status === undefined) return;
      for (const one of phases) phase.set({ stack, phase: one }, one === status.phase ? 1 : 0);
      const counts = status.roll?.counts;
      for (const state of states) apps.set({ stack, state }, counts?.[state === 'all' ? 'apps' : state] ?? 0);
    },
    gone: (stack) => {
      for (const one of phases) phase.remove({ stack, phase: one });
      for (const state of states) apps.remove({ stack, state });
    },
    lookedFor: (milliseconds) => looks.observe(milliseconds / 1000),
    stepped: ({ kind }, outcome) => steps.inc({ kind, outcome }),
    failed: () => failures.inc(),
    answered: (method, status, milliseconds) =>
      requests.observe({ method, status: String(status) }, milliseconds / 1000),
    leading: (isLeader) => {
      leader.set(isLeader ? 1 : 0);
      if (isLeader) return;
      apps.reset();
      phase.reset();
    },
  };
}

const states = ['all', 'waiting', 'moving', 'done', 'failed', 'skipped'] as const;
