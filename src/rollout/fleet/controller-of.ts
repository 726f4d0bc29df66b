import type { z } from 'zod';
import type { Owner } from './pod.ts';
import type { ownerSchema } from './schema.ts';

/** The one owner that makes an object anew; undefined where nothing does. */
export function controllerOf(references: readonly z.output<typeof ownerSchema>[]): Owner | undefined {
  const found = references.find(({ controller }) => controller);
  return found && { kind: found.kind, name: found.name, uid: found.uid };
}
