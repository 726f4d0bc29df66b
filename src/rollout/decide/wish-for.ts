import { annotation, type StackResource } from '../stack/resource.ts';
import type { Roll } from '../stack/status.ts';

/**
 * What a `Stack` wants of a roll that is under way. Who asks for the version that it leads to, as that of an undo which failures
 * began, wants nothing else.
 */
export function wishFor({ spec, metadata }: StackResource, roll: Roll): 'go on' | 'abort' | 'another' {
  const { version } = spec.rootfs;
  if (version !== roll.asked && version !== roll.to) return 'another';
  return metadata.annotations[annotation.abort] === roll.id ? 'abort' : 'go on';
}
