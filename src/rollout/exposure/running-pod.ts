import { z } from 'zod';
import { parsePod } from '../fleet/parse-pod.ts';
import type { Pod } from '../fleet/pod.ts';

/** A pod whose containers may run. `since`: when the oldest of those with a droplet was started, as its node says. */
export type RunningPod = { pod: Pod; since: string | undefined };

const container = z.object({
  name: z.string(),
  state: z.object({ running: z.object({ startedAt: z.string().nullish() }).optional() }).default({}),
});
const running = z.object({
  status: z
    .object({ phase: z.string().default(''), containerStatuses: z.array(container).default([]) })
    .prefault({}),
});

/** What is kept of a pod as the API server gives it; undefined where no droplet of ours runs in it, or none runs any more. */
export function parseRunningPod(object: unknown, registries: ReadonlySet<string>): RunningPod | undefined {
  const { phase, containerStatuses } = running.parse(object).status;
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const pod = parsePod(object, registries);
  if (pod === undefined) return undefined;
  const droplets = new Set(pod.containers.map(({ name }) => name));
  const starts = containerStatuses.flatMap(({ name, state }) =>
    droplets.has(name) && typeof state.running?.startedAt === 'string' ? [state.running.startedAt] : [],
  );
  return { pod, since: starts.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] };
}
