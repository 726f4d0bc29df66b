import { attack } from './attack.ts';
import { bump } from './bump.ts';
import { cold } from './cold.ts';
import { drain } from './drain.ts';
import { hot } from './hot.ts';
import { lostReplica } from './lost-replica.ts';
import type { Scenario } from './scenario.ts';
import { slowStore } from './slow-store.ts';
import { warm } from './warm.ts';

/** In the order in which they are played: those at the beginning go on where the one before ended. */
export const allScenarios: readonly Scenario[] = [
  cold,
  warm,
  drain,
  bump,
  hot,
  slowStore,
  lostReplica,
  attack,
];
