import type { App } from './workload.ts';

/** The image of an app's droplet over whatever version the facade gives it. */
export function referenceOf({ name, hash }: Pick<App, 'name' | 'hash'>): string {
  return `cloudfoundry/${name}:${hash}`;
}
