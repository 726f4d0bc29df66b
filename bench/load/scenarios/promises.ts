import type { ScenarioReport } from '../report/report.ts';

type Promises = Record<string, boolean>;

/** Of what was converted before. */
export function nothingConverted({ conversions, bytes }: ScenarioReport): Promises {
  return {
    'no droplet is converted': conversions === 0,
    'no byte is read from the source': bytes.fromSource === 0,
  };
}

/** Of nodes that have everything. */
export function onlyHeads(report: ScenarioReport): Promises {
  const { kinds } = report;
  const fetched = (['manifest-get', 'config', 'layer'] as const).map((kind) => kinds[kind].requests);
  return {
    ...nothingConverted(report),
    'nodes ask for digests alone': fetched.every((count) => count === 0),
  };
}
