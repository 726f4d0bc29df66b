/** How an app behaves when its first container runs. Times in milliseconds. */
export type Behaviour = {
  /** from its start; 0 without it */
  readyAfterMs?: number;
  neverReady?: boolean;
  /** `afterMs` counts from when it became ready, or from its start where it never does; `times` 1 means: once */
  crash?: { afterMs: number; times?: number };
  /** ceases to be ready without a crash, and for good without `forMs`; `afterMs` counts from when it became ready */
  unready?: { afterMs: number; forMs?: number };
  /** its node finds what the tag means, and cannot pull it */
  unpullable?: boolean;
};

/** What a container runs. `version` and `digest` (of the manifest) are undefined where the image is not the facade's. */
export type Running = {
  namespace: string;
  pod: string;
  guid: string;
  version: string | undefined;
  digest: string;
};

/** A behaviour for all that is as it says: `{ guid: 'app-7', version: '2.0', neverReady: true }`. Plain data. */
export type Rule = Partial<Running> & Behaviour;

/** That of the first rule that fits; without one it is ready at once and stays so. */
export function behaviourOf(rules: readonly Rule[], running: Running): Behaviour {
  return rules.find((rule) => fits(rule, running)) ?? {};
}

function fits(rule: Rule, running: Running): boolean {
  const keys = ['namespace', 'pod', 'guid', 'version', 'digest'] as const;
  return keys.every((key) => rule[key] === undefined || rule[key] === running[key]);
}
