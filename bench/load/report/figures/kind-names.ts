import type { Kind } from '../../fleet/observed.ts';

/** Kinds of requests as people say them. */
export const kindNames: Record<Kind, string> = {
  'manifest-head': 'manifest HEAD',
  'manifest-get': 'manifest GET',
  config: 'config',
  layer: 'layer',
};
