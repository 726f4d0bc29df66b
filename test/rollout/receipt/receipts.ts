import { makeReceipt, type Receipt } from '../../../src/rollout/receipt/receipt.ts';
import type { RolloutPlan } from '../../../src/rollout/plan/plan.ts';
import type { Roll } from '../../../src/rollout/stack/status.ts';

const counts = { apps: 3, waiting: 0, moving: 0, done: 2, failed: 1, skipped: 0 };
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

/** A receipt in which everybody is called `name`. @param most how many are listed of everything but pods */
export function receiptOf(name: string, pods = 1, most = 1): Receipt {
  const many = <T>(item: T): T[] => Array.from({ length: most }, () => item);
  const lacks = many({ library: name, versions: many(name).slice(0, 50), files: [name] }).slice(0, 30);
  const plan: RolloutPlan = {
    stack: name,
    from: name,
    to: name,
    at: at(0),
    apps: 3,
    pods: 3,
    tasks: 0,
    waves: [{ name, apps: 3, pods: 3, approval: true, seconds: 60 }],
    canaries: many(name),
    seconds: 60,
    nodes: { count: 1, bytes: 1, diskBytes: 1 },
    already: 0,
    obstacles: { count: most, list: many({ guid: name, reason: name }) },
    breaks: { count: most, list: many({ guid: name, lacks }) },
    unknown: { files: 0, apps: 0 },
    interrupted: { count: most, list: many(name) },
  };
  const times = { startedAt: at(0), settledAt: at(50), approvedAt: at(80), finishedAt: at(90) };
  const actual: Roll = {
    id: name,
    kind: 'roll',
    from: name,
    to: name,
    asked: name,
    startedAt: at(0),
    endedAt: at(100),
    waves: [{ name, counts, approvedBy: name, ...times }],
    counts,
    failures: many({ guid: name, reason: name, at: at(20), wave: 0 }),
    acknowledged: 0,
  };
  const proven = Array.from({ length: pods }, (_, index) => ({
    guid: name,
    namespace: name,
    pod: name,
    uid: name,
    node: name,
    imageId: name,
    version: name,
    readySince: at((index / pods) * 100),
    restarts: 0,
  }));
  return makeReceipt(name, actual, 'Completed', name, plan, [
    { wave: 0, at: at(90), pods: proven, skipped: many({ guid: name, reason: name }) },
  ]);
}
