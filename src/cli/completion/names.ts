import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStackName, isVersion } from '../../oci/reference.ts';
import { serverOf } from '../connect.ts';
import { send } from '../request.ts';

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

/**
 * A shell takes these words apart: what is no name is not shown to it, whoever answers. The answer is looked at here, since whoever
 * presses a key would wait for the schemas.
 */
async function find(kind: string, stack: string | undefined): Promise<string[]> {
  const answer = await send(serverOf({}), '/api/v1/rootfs');
  const items: unknown[] = Array.isArray(answer) ? answer : [];
  const versions = items.filter(isVersionOfStack);
  const names =
    kind === 'stacks'
      ? versions.map((item) => item.stack).filter(isStackName)
      : versions
          .filter((item) => item.stack === stack)
          .map(({ version }) => version)
          .filter(isVersion);
  return [...new Set(names)];
}

function isVersionOfStack(item: unknown): item is { stack: string; version: string } {
  return (
    typeof item === 'object' &&
    item !== null &&
    'stack' in item &&
    'version' in item &&
    typeof item.stack === 'string' &&
    typeof item.version === 'string'
  );
}
