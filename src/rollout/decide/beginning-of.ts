import { annotation } from '../stack/resource.ts';
import type { Beginning } from './decision.ts';
import { placementOf, type Observation } from './observation.ts';
import { versionOfMost } from './placing.ts';

/**
 * The roll that is to begin, when none is under way. Back to where the last roll came from is an undo, and so is what a roll
 * that its failures ended leaves to do; the same version once more is another roll only for who says so.
 */
export function beginningOf(observation: Observation): Beginning | undefined {
  const { stack, record, status } = observation;
  const asked = stack.spec.rootfs.version;
  const { promoted: from } = record;
  const { roll: last, history } = status;
  if (stack.metadata.deletionTimestamp !== undefined) return undefined;
  const forward: Beginning = { kind: 'roll', from, to: asked, asked };
  if (last === undefined) return from === asked && isEverywhere(observation, asked) ? undefined : forward;
  const wasHalted = last.kind === 'roll' && history[0]?.outcome === 'RolledBack';
  const isUndone = last.kind === 'roll' && asked !== last.asked && asked === last.from;
  if (last.from !== undefined && (isUndone || (wasHalted && asked === last.asked)))
    return { kind: 'undo', from, to: last.from, asked, undoes: last.id };
  if (asked !== last.asked && asked !== last.to) return forward;
  if (asked !== last.asked || stack.metadata.annotations[annotation.retry] !== last.id) return undefined;
  // Promoted by the roll that did not reach everything: the way back leads to where that one came from.
  return from === asked && last.from !== undefined ? { ...forward, from: last.from } : forward;
}

/** Whether all apps that run are placed on a version and, as far as that is known, run it. */
function isEverywhere(observation: Observation, version: string): boolean {
  return [...observation.apps.values()].every(
    (app) =>
      app.pods.length === 0 ||
      (placementOf(observation, app.guid) === version &&
        (versionOfMost(app, observation) ?? version) === version),
  );
}
