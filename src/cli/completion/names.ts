import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStackName, isVersion } from '../../oci/reference.ts';
import { withOperator } from '../connect.ts';

/** Milliseconds from the start of the process: who presses a key waits no longer, but for a machine that is busy itself. */
const [allTime, leastTime] = [900, 300];

/** `dropstack __names stacks`, or `versions <stack>`: names of the facade in the environment, for completion. */
export function namesCommand(program: Command): void {
  program
    .command('__names <kind> [stack]', { hidden: true })
    .description('names that the facade knows, one a line; silent where it cannot be asked')
    .action(tellNames);
}

async function tellNames(kind: string, stack: string | undefined): Promise<void> {
  const names = find(kind, stack).catch(() => []);
  const late = sleep(Math.max(leastTime, allTime - performance.now()), []);
  const text = (await Promise.race([names, late])).map((name) => `${name}\n`).join('');
  // Whatever is still asked keeps nobody waiting.
  process.stdout.write(text, () => process.exit());
}

/** A shell takes these words apart: what is no name is not shown to it, whoever answers. */
async function find(kind: string, stack: string | undefined): Promise<string[]> {
  if (kind === 'versions' && (stack === undefined || stack === '')) return [];
  const wanted = kind === 'stacks' ? undefined : stack;
  const versions = await withOperator({}, ({ rootfs }) => rootfs.versions(wanted));
  const names = versions.map((item) => (kind === 'stacks' ? item.stack : item.version));
  return [...new Set(names)].filter(kind === 'stacks' ? isStackName : isVersion);
}
