import type { BenchDroplet } from '../droplets/describe.ts';
import { bitsService } from './bits-service.ts';
import { byHand } from './by-hand.ts';
import { craneAppend } from './crane-append.ts';
import type { Usage } from './measured.ts';
import { umociInsert } from './umoci-insert.ts';

export type Peer = {
  /** What it is, and what it leaves out of the job. */
  label: string;
  /** Does the job once, with nothing kept from the last time but the page cache. */
  measure: (droplet: BenchDroplet) => Promise<Usage>;
};

/** Others that make an image's layer of a droplet, by name. */
export const peers = {
  'bits-service': {
    label: "bits-service's registry: uncompressed layer; cold request to the last byte of list and manifest",
    measure: (droplet) => bitsService(droplet),
  },
  'crane-append': {
    label: 'crane append: neither re-roots, rewrites nor checks, keeps the compressed bytes',
    measure: craneAppend,
  },
  'umoci-insert': {
    label: 'tar -x, then umoci insert: gzip layer; checks nothing',
    measure: umociInsert,
  },
  'by-hand-gzip': {
    label: 'tar -xz, then tar -cz: gzip layer; no digests, checks nothing',
    measure: (droplet) => byHand(droplet, '--gzip'),
  },
  'by-hand-none': {
    label: 'tar -xz, then tar -c: uncompressed layer; no digests, checks nothing',
    measure: (droplet) => byHand(droplet),
  },
} as const satisfies Record<string, Peer>;
