import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, isFailure } from '../../errors.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import { Mirror } from '../../rollout/kubernetes/mirror.ts';
import { stackResource, stacksPath, type StackResource } from '../../rollout/stack/resource.ts';
import { readStack } from '../../rollout/drive/read-stack.ts';

/** Times pass though nothing changes. */
const atLeastEvery = 1_000;

/** `away`: why nothing is heard of it for the time being; it is as it was then. */
export type Seen = { stack: StackResource; away: string | undefined };

/**
 * A `Stack` as it is, whenever it has changed and once a second.
 * @throws Failure where it is deleted, or may not be read
 */
export async function* watchStack(api: Api, name: string): AsyncGenerator<Seen> {
  await readStack(api, name);
  let changed = Promise.withResolvers<void>();
  let why: string | undefined;
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => undefined);
  const mirror = new Mirror(api, `${stacksPath}?fieldSelector=metadata.name%3D${name}`, read, {
    onChange: () => changed.resolve(),
    onFailure: (failure) => {
      if (isFailure(failure, 'denied', 'unauthenticated', 'corrupt')) refused.reject(failure);
      why = failure.message;
    },
  });
  try {
    await Promise.race([mirror.synced, refused.promise]);
    for (;;) {
      changed = Promise.withResolvers<void>();
      const [stack] = mirror.items();
      if (stack === undefined) throw new Failure('not-found', `Stack ${name} has been deleted`);
      if (mirror.staleSince === undefined) why = undefined;
      yield { stack, away: why };
      await Promise.race([changed.promise, sleep(atLeastEvery), refused.promise]);
    }
  } finally {
    await mirror.close();
  }
}

function read(object: unknown): StackResource {
  return stackResource.parse(object);
}
