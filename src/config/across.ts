import type { z } from 'zod';
import { overlap } from '../store/location.ts';
import { ownPlace } from './config.ts';
import type { configSchema } from './schema.ts';
import type { Path } from './where.ts';

type Options = z.output<typeof configSchema>;
export type OptionName = keyof Options;

/** What is wrong with an option beside the others. */
export type Breach = { option: Path; message: string };

/**
 * What must hold between options each of which is right.
 * `of` are those that it looks at; `name` is how the place that set an option names it.
 */
export type Rule = {
  of: readonly OptionName[];
  breach: (options: Options, name: (option: OptionName) => string) => Breach | undefined;
};

export const rules: readonly Rule[] = [
  {
    of: ['tlsCert', 'tlsKey'],
    breach: ({ tlsCert, tlsKey }) => {
      if ((tlsCert === undefined) === (tlsKey === undefined)) return undefined;
      const [given, missing] =
        tlsKey === undefined ? (['tlsCert', 'tlsKey'] as const) : (['tlsKey', 'tlsCert'] as const);
      return { option: [given], message: `TLS needs both a certificate and its key: give ${missing} too` };
    },
  },
  {
    of: ['data', 'store'],
    breach: ({ data, store }, name) => {
      if (data === undefined || store === undefined) return undefined;
      return { option: ['data'], message: `${name('store')} says as well where to keep data: give one` };
    },
  },
  {
    of: ['source', 'data', 'store'],
    breach: (options, name) => {
      const own = ownPlace(options);
      if (own === undefined || options.source === undefined || !overlap(own, options.source))
        return undefined;
      const other = name(options.store === undefined ? 'data' : 'store');
      return {
        option: ['source'],
        message: `it and ${other} overlap: keep data where Cloud Controller does not remove it`,
      };
    },
  },
  {
    of: ['cache', 'source', 'data', 'store'],
    breach: ({ cache, source, ...own }) => {
      const places = [ownPlace(own), source].filter((place) => place !== undefined);
      if (cache === undefined || !places.some((place) => overlap(place, { directory: cache.directory })))
        return undefined;
      return {
        option: ['cache', 'directory'],
        message: 'it overlaps with a store: give the cache a directory of its own',
      };
    },
  },
  {
    of: ['processes', 'store'],
    breach: ({ processes, store }) => {
      if (processes === 1 || store === undefined || !('s3' in store) || !store.singleWriter) return undefined;
      return {
        option: ['processes'],
        message: 'only one process may write to a store with singleWriter: leave it at 1',
      };
    },
  },
  {
    of: ['redirect', 'data', 'store'],
    breach: ({ redirect, ...options }) => {
      const own = ownPlace(options);
      if (redirect === undefined || own === undefined || 's3' in own) return undefined;
      return {
        option: ['redirect'],
        message: 'only a store in S3 signs URLs: leave it out, or give store.s3',
      };
    },
  },
  {
    of: ['redirect', 'store'],
    breach: ({ redirect, store }) => {
      if (redirect?.endpoint === undefined || store === undefined || !('s3' in store)) return undefined;
      if ((store.s3.endpoint ?? store.s3.region) !== undefined) return undefined;
      return {
        option: ['redirect', 'endpoint'],
        message: 'URLs are signed for a region: give store.s3.region too',
      };
    },
  },
];
