import { Failure } from '../errors.ts';
import type { RootfsRecord } from './record.ts';

/** What a version is, whenever and from wherever it was imported: what is inside, and whom it is for. */
type Identity = Pick<RootfsRecord, 'stack' | 'version' | 'os' | 'architecture' | 'osVersion' | 'variant'> & {
  layers: readonly { diffId: string }[];
};

/**
 * The record that is there, provided that it says the same as what is to be imported.
 * @throws Failure `conflict`
 */
export function requireSameVersion(present: RootfsRecord, wanted: Identity): RootfsRecord {
  const [expected, found] = [identity(present), identity(wanted)];
  if (expected === found) return present;
  throw new Failure(
    'conflict',
    `Version ${wanted.version} of stack ${wanted.stack} exists with other content: a version never changes; ` +
      'import this under a new one',
    { expected, found },
  );
}

function identity({ os, architecture, osVersion, variant, layers }: Identity): string {
  return JSON.stringify([os, architecture, osVersion, variant, ...layers.map((layer) => layer.diffId)]);
}
