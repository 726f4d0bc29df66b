import { z } from 'zod';
import type { DropletRecord } from '../droplet/record.ts';
import type { Refusal } from '../droplet/refusal.ts';
import type { Limits } from '../droplet/rules.ts';
import type { FailureCode } from '../errors.ts';
import { variantOf, type LayerSettings } from '../layer/settings.ts';
import type { StoreCounters } from '../store/counters.ts';
import { sourceLocation, storeLocation } from '../store/location.ts';

/** One droplet to convert: plain data, as it goes to a child process. */
export type Job = { guid: string; hash: string; settings: LayerSettings; limits: Limits };

/** The name of what a job makes: who asks for the same waits for the same. */
export function jobId({ guid, hash, settings }: Pick<Job, 'guid' | 'hash' | 'settings'>): string {
  return `${guid}/${hash}/${variantOf(settings)}`;
}

/** Where a child process finds its stores. */
export const converterStores = z.strictObject({ own: storeLocation, source: sourceLocation.optional() });
export type ConverterStores = z.output<typeof converterStores>;

/** What was asked of a facade's two stores, and the bytes that moved. */
export type Moved = { own: StoreCounters; sources: StoreCounters };

/** What a child process sends back for a job: how it ended, and what it moved in any case. */
export type Reply = { answer: Answer; moved: Moved };

/** The record that a conversion ended with. */
export type Converted = {
  record: DropletRecord;
  /** whether it is that of another process, which was there first */
  found: boolean;
};

export type Answer =
  | Converted
  | { refusal: Refusal }
  | {
      failure: {
        code: FailureCode;
        message: string;
        reason: string | undefined;
        expected: string | undefined;
        found: string | undefined;
      };
    }
  | { bug: string };
