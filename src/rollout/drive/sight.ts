import { z } from 'zod';
import { reasonOf } from '../../errors.ts';
import type { StackResource } from '../stack/resource.ts';
import { parseStack } from './parse-stack.ts';
import type { Unreadable } from './roll-driver.ts';

/**
 * `away`: why nothing is heard of the cluster for the time being; the stacks are then as they were. `unreadable`: those that are not
 * among them, if any.
 */
export type Sight = { stacks: StackResource[]; unreadable?: Unreadable[]; away?: string };

/** All of it by name. */
export function sightOf(items: Iterable<StackResource | Unreadable>, away: string | undefined): Sight {
  const stacks: StackResource[] = [];
  const unreadable: Unreadable[] = [];
  for (const item of items)
    if ('why' in item) unreadable.push(item);
    else stacks.push(item);
  return {
    stacks: stacks.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    ...(unreadable.length === 0
      ? {}
      : { unreadable: unreadable.toSorted((a, b) => (a.stack < b.stack ? -1 : 1)) }),
    ...(away === undefined ? {} : { away }),
  };
}

const named = z.object({ metadata: z.object({ name: z.string() }) });

/** What an object of a cluster says, or why that cannot be read. */
export function stackIn(object: unknown): StackResource | Unreadable {
  try {
    return parseStack(object);
  } catch (error) {
    return { stack: named.parse(object).metadata.name, why: reasonOf(error) };
  }
}
