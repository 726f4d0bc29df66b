import { z } from 'zod';
import { Failure } from '../../errors.ts';

const list = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().default('') }),
  /** Go writes an empty list as null at times */
  items: z.array(z.unknown()).nullable(),
});

/** One page of a list; `next` is empty where it is the last. */
export type Page = { items: unknown[]; resourceVersion: string; next: string };

/** @throws Failure `corrupt` */
export function pageOf(path: string, answer: unknown): Page {
  const { data, error } = list.safeParse(answer);
  if (error !== undefined)
    throw new Failure('corrupt', `Cannot list ${path} of Kubernetes: the answer is no list`, {
      cause: error,
    });
  const { resourceVersion, continue: next } = data.metadata;
  return { items: data.items ?? [], resourceVersion, next };
}
