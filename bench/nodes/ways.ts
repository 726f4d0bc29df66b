import type { Compression } from './registry.ts';
import type { SetupName } from './setups.ts';

/** How a droplet comes to a node: `transfer` is containerd's own service, `local` has the client fetch. */
export type Way = { compression: Compression; setup: SetupName; client: 'transfer' | 'local' };

/** Of the rootfs, whose layer is gzip however droplets' layers are made. */
export const rootfsWays: readonly Way[] = [
  { compression: 'gzip', setup: 'plain', client: 'transfer' },
  { compression: 'gzip', setup: 'plain', client: 'local' },
  { compression: 'gzip', setup: 'pigz', client: 'transfer' },
  { compression: 'gzip', setup: 'igzip', client: 'transfer' },
  { compression: 'gzip', setup: 'parallel', client: 'transfer' },
  { compression: 'gzip', setup: 'gigabit', client: 'transfer' },
];

export const dropletWays: readonly Way[] = [
  ...rootfsWays,
  ...(['zstd', 'none'] as const).flatMap((compression): Way[] => [
    { compression, setup: 'plain', client: 'transfer' },
    { compression, setup: 'plain', client: 'local' },
    { compression, setup: 'parallel', client: 'transfer' },
    { compression, setup: 'gigabit', client: 'transfer' },
  ]),
];
