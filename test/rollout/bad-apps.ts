import type { Foundation } from '../helpers/kubernetes/foundation.ts';
import type { StackHandle } from '../helpers/kubernetes/stack-handle.ts';

export const version = '2.0';
export const bad = [
  { guid: 'bad-loop', version, crash: { afterMs: 300 } },
  { guid: 'bad-pull', version, unpullable: true },
  { guid: 'bad-unready', version, neverReady: true },
];
export const badGuids = bad.map(({ guid }) => guid);
export const good = ['good-0', 'good-1', 'good-2', 'good-3', 'good-4'];

/** The spec goes back, and all is back without any approval. @param roll that is taken back */
export async function undone(stack: StackHandle, roll: string | undefined): Promise<void> {
  await stack.ask('1.0');
  await stack.until(
    'all is back',
    (status) => status.phase === 'Completed' && status.roll?.kind === 'undo' && status.roll.undoes === roll,
    120,
  );
}

/** What each runs where all run the same. */
export function all(guids: readonly string[], where: string, instances = 2): Record<string, string[]> {
  return Object.fromEntries(guids.map((guid) => [guid, Array.from({ length: instances }, () => where)]));
}

/** What the facade has of the stack. */
export async function recordOf({ served }: Foundation): Promise<{
  promoted: string;
  placements: Record<string, string>;
}> {
  const { promoted, placements } = await served().ask<Awaited<ReturnType<typeof recordOf>>>(
    'rootfs',
    'show',
    'cflinuxfs4',
  );
  return { promoted, placements };
}
