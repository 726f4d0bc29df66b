/**
 * What rolling a fleet costs: a real patcher over a real API server with simulated nodes, and over a stand-in for a cluster
 * that is larger than two cores could run. `npm run bench -- rollout [apps] [apps of the stand-in]`
 */
import { rollFleet } from './rollout/fleet.ts';
import { manyApps } from './rollout/many.ts';

/** 0 leaves a part out. */
export async function rolloutBench(apps: number, many: number): Promise<void> {
  if (apps > 0) await measure((stack) => rollFleet(stack, apps));
  if (many > 0) await measure((stack) => manyApps(stack, many));
}

async function measure(work: (stack: AsyncDisposableStack) => Promise<string>): Promise<void> {
  await using stack = new AsyncDisposableStack();
  process.stdout.write(`${await work(stack)}\n`);
}
