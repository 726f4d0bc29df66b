import type { z } from 'zod';
import { Failure } from '../errors.ts';
import type { StoreLocation } from '../store/location.ts';
import type { configSchema } from './schema.ts';

/** The whole configuration of a facade, each option with its value. */
export type Config = z.output<typeof configSchema> & { listenHost: string; listenPort: number };

/** @throws Failure `invalid` where no place was given */
export function storeLocation(config: Pick<Config, 'store' | 'data'>): StoreLocation {
  const found = ownPlace(config);
  if (found === undefined)
    throw new Failure('invalid', 'There is no place to keep data: give --data <directory>');
  return found;
}

/** Where the own store is, if that was given. */
export function ownPlace({ store, data }: Pick<Config, 'store' | 'data'>): StoreLocation | undefined {
  return store ?? (data === undefined ? undefined : { directory: data });
}
