import type { Context } from 'koa';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config/config.ts';
import { Failure } from '../errors.ts';
import type { Blob } from '../image/blobs.ts';
import type { Presigns } from '../store/store.ts';
import { parseRange } from './range.ts';
import { redirectClients } from './redirect-clients.ts';
import { isPrivateHost } from './redirect-private.ts';
import { objectKey } from '../store/objects.ts';

/** The URL where a client gets a blob, or undefined where we give it. Whoever has the URL has the bytes: it is never logged. */
export type Redirect = (ctx: Context, blob: Blob) => Promise<string | undefined>;

type Options = NonNullable<Config['redirect']>;

type Around = {
  presigns: Presigns;
  /** how clients reach us */
  publicUrl: string | undefined;
  /** where the store is, as clients reach it; Amazon's without it */
  endpoint: string | undefined;
  /** is told why nobody is redirected for a while */
  onFault: (error: unknown) => void;
};

/** For so long an object is known to be plain, or not: what a store that goes away costs in failed downloads. */
const knownMs = 30_000;
const knownObjects = 10_000;
/** A client is to have an answer in time, from us. */
const patienceMs = 3_000;
/** For so long nobody is redirected after the store or the credentials failed. */
const pauseMs = 10_000;

/**
 * Sends clients to the store itself for layers, where `options` allow it. Only layers that a pointer names are in the store, and
 * those were verified as they were stored. Whatever stands in the way, we give the bytes ourselves.
 * @throws Failure `invalid` where clients must not be sent to the store's host; `unavailable` without credentials
 */
export async function openRedirect(options: Options, around: Around): Promise<Redirect> {
  const { presigns, onFault } = around;
  const { hostname } = new URL(await presigns.presign(objectKey('none'), options.expirySeconds));
  requireAllowed(hostname, options, around);
  const isChosen = redirectClients(options);
  const plain = new LRUCache<string, boolean, number>({
    max: knownObjects,
    ttl: knownMs,
    fetchMethod: (key, _before, { context: size }) => presigns.isPlain(key, size),
  });
  const sign = async (key: string, size: number): Promise<string | undefined> => {
    const isPlain = await plain.fetch(key, { context: size });
    return isPlain === true ? presigns.presign(key, options.expirySeconds) : undefined;
  };
  let pausedUntil = -Infinity;
  return async (ctx, blob) => {
    if (!('object' in blob) || blob.size < options.minBytes) return undefined;
    if (!asksPlainly(ctx, blob.size) || !isChosen(ctx) || getsPasswords(hostname, hostOf(ctx)))
      return undefined;
    if (performance.now() < pausedUntil) return undefined;
    try {
      return await inTime(sign(blob.object, blob.size));
    } catch (error) {
      if (performance.now() >= pausedUntil) onFault(error);
      pausedUntil = performance.now() + pauseMs;
      return undefined;
    }
  };
}

/**
 * @param hostname where clients would be sent to
 * @throws Failure `invalid` where they must not be
 */
export function requireAllowed(
  hostname: string,
  { allowPrivate }: Options,
  { publicUrl, endpoint }: Pick<Around, 'publicUrl' | 'endpoint'>,
): void {
  // A bucket before a private name looks like a public one.
  const hosts = [hostname, ...(endpoint === undefined ? [] : [new URL(endpoint).hostname])];
  if (!allowPrivate && hosts.some(isPrivateHost)) {
    throw new Failure(
      'invalid',
      `Clients would be redirected to ${hostname}, a host of a private network: give redirect.endpoint as they reach it, or redirect.allowPrivate: true`,
    );
  }
  if (publicUrl !== undefined && getsPasswords(hostname, new URL(publicUrl).hostname)) {
    throw new Failure(
      'invalid',
      `Clients would be redirected to ${hostname} and send it the passwords that they have for ${publicUrl}: give redirect.endpoint at a host that is neither the same nor below it`,
    );
  }
}

/**
 * Whether clients in Go send a host what they were told to send to `ours` alone: to the same name, whatever the port, and to
 * names below it. S3 refuses a request that is authorised twice. A host that we cannot read might be any.
 */
function getsPasswords(host: string, ours: string | undefined): boolean {
  if (ours === undefined) return true;
  return `.${withoutDot(host)}`.endsWith(`.${withoutDot(ours)}`);
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}

/** Only ever compared: what a client says of itself decides of nobody else. */
function hostOf(ctx: Context): string | undefined {
  return URL.parse(`http://${ctx.get('Host')}`)?.hostname || undefined;
}

/** By GET, whole or in one range. Conditions are on our etag, and several ranges are more than S3 understands. */
function asksPlainly(ctx: Context, size: number): boolean {
  const isConditional = [
    'If-Match',
    'If-None-Match',
    'If-Range',
    'If-Modified-Since',
    'If-Unmodified-Since',
  ].some((name) => ctx.get(name) !== '');
  if (ctx.method !== 'GET' || isConditional) return false;
  const range = ctx.get('Range');
  return (
    range === '' || (/^bytes=(?:\d+-\d*|-\d+)$/.test(range) && parseRange(range, size).kind === 'ranges')
  );
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new Failure('unavailable', `The store took more than ${patienceMs / 1000} s to look at a layer`),
    );
  }, patienceMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
