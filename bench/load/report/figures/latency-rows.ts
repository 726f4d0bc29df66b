import { kinds } from '../../fleet/observed.ts';
import type { Latency, ScenarioReport } from '../report.ts';
import { kindNames } from './kind-names.ts';

export type LatencyRow = {
  /** `pull`, or the kind of a request */
  of: string;
  /** what the time ends with */
  until: 'complete' | 'first byte' | 'last byte';
  latency: Latency;
  /** nothing where the row before tells them */
  counts?: { count: number; errors: number; bytes: number };
};

/** The latencies of a scenario: whole pulls first, then each kind of request twice. */
export function latencyRows({ pulls, kinds: told, bytes }: ScenarioReport): LatencyRow[] {
  const counts = { count: pulls.wanted, errors: pulls.failed, bytes: bytes.toClients };
  return [
    { of: 'pull', until: 'complete', latency: pulls.latency, counts },
    ...kinds.flatMap((kind): LatencyRow[] => {
      const { requests, errors, bytes: size, firstByte, total } = told[kind];
      const failed = Object.values(errors).reduce((sum, one) => sum + one, 0);
      const ofKind = { count: requests, errors: failed, bytes: size };
      return [
        { of: kindNames[kind], until: 'first byte', latency: firstByte, counts: ofKind },
        { of: kindNames[kind], until: 'last byte', latency: total },
      ];
    }),
  ];
}
