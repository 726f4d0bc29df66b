import type { StackResource } from '../stack/resource.ts';
import type { StackSpec } from '../stack/spec.ts';

/** What somebody wants of a `Stack`: these parts of its spec, and these annotations, beside what it has. */
export type Order = {
  /** what is ordered, in a sentence */
  said: string;
  spec: { rootfs?: StackSpec['rootfs']; paused?: boolean };
  annotations: Record<string, string>;
  /** that it approves */
  wave?: string;
};

/** An order as a merge patch, for a `Stack` that nobody has written since it was read. A merge keeps what is not denied: of a source, and of its parts. */
export function patchOf({ metadata }: StackResource, { spec, annotations }: Order): object {
  const { uid, resourceVersion } = metadata;
  const { rootfs, ...rest } = spec;
  const source = rootfs?.source === undefined ? null : { sha256: null, ...rootfs.source };
  return {
    metadata: { uid, resourceVersion, annotations },
    spec: { ...rest, ...(rootfs === undefined ? {} : { rootfs: { ...rootfs, source } }) },
  };
}
