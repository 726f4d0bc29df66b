import type { Observation } from '../decide/observation.ts';
import { isPlaced, placementOf } from '../decide/observation.ts';
import { runningOf, versionOf } from '../fleet/identity.ts';

/** The versions that apps of a stack run, are to run when they start next, or may go back to; sorted. */
export function versionsInUse(observation: Observation): string[] {
  const versions = new Set<string>();
  for (const { guid, pods } of observation.apps.values()) {
    const placed = isPlaced(observation, guid) ? placementOf(observation, guid) : undefined;
    if (placed !== undefined) versions.add(placed);
    for (const pod of pods) {
      const version = versionOf(runningOf(pod, observation.identify));
      if (version !== undefined) versions.add(version);
    }
  }
  const { roll } = observation.status;
  if (roll !== undefined && roll.endedAt === undefined) {
    for (const version of [roll.from, roll.to]) if (version !== undefined) versions.add(version);
    for (const { entries } of [...observation.charters, ...observation.undone])
      for (const { from } of entries) if (from !== undefined) versions.add(from);
  }
  return [...versions].toSorted();
}
