import type { ScenarioReport } from '../report/report.ts';
import type { Theatre } from './theatre.ts';

/** Something that happens to a fleet and the facade behind it. */
export type Scenario = {
  /** as on the command line */
  name: string;
  /**
   * Lets it happen, and reports each of its parts.
   * @throws Error where it cannot go on
   */
  play: (theatre: Theatre) => Promise<ScenarioReport[]>;
};
