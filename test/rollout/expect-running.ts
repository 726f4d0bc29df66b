import type { ExecutionContext } from 'ava';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Foundation } from '../helpers/kubernetes/foundation.ts';

/**
 * That the apps named run exactly these versions, pod by pod, as soon as pods that are being ended are gone and others have
 * started; within a minute.
 */
export async function expectRunning(
  t: ExecutionContext,
  { running }: Pick<Foundation, 'running'>,
  expected: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const look = async (): Promise<object> => {
    const found = await running();
    return Object.fromEntries(Object.keys(expected).map((guid) => [guid, found.get(guid) ?? []]));
  };
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(200))
    if (isDeepStrictEqual(await look(), expected)) break;
  t.deepEqual(await look(), expected);
}
