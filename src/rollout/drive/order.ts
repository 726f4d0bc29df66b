import type { StackResource } from '../stack/resource.ts';
import type { StackSpec } from '../stack/spec.ts';

/** What somebody wants of a `Stack`: these parts of its spec, and these annotations, beside what it has. */
export type Order = {
  /** what is ordered, in a sentence */
  said: string;
  spec: { rootfs?: StackSpec['rootfs']; paused?: boolean };
  annotations: Record<string, string>;
};

/** An order as a merge patch, for a `Stack` that nobody has written since it was read. A merge keeps a source that is not denied. */
export function patchOf({ metadata }: StackResource, { spec, annotations }: Order): object {
  const { uid, resourceVersion } = metadata;
  const { rootfs, ...rest } = spec;
  return {
    metadata: { uid, resourceVersion, annotations },
    spec: { ...rest, ...(rootfs === undefined ? {} : { rootfs: { source: null, ...rootfs } }) },
  };
}
