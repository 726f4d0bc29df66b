import type { Registry } from 'prom-client';
import type { Moved } from '../convert/job.ts';
import { readCounter } from '../metrics/read-counter.ts';
import { readHistogram } from '../metrics/read-histogram.ts';
import { operations, storeBounds, type Operation, type StoreCounters } from '../store/counters.ts';
import type { HttpServer } from './server.ts';

/**
 * Tells what is asked of the stores, here and by the converters of this process, and the bytes that move between them, us
 * and clients.
 */
export function watchTraffic(
  registry: Registry,
  { own, sources }: Moved,
  server: Pick<HttpServer, 'sent'>,
): void {
  watchStore(registry, 'store', own, operations);
  readCounter(registry, {
    name: 'store_written_bytes',
    help: 'Bytes given to the own store',
    read: () => own.bytesWritten,
  });
  watchStore(registry, 'source', sources, ['get', 'stat', 'list']);
  readCounter(registry, {
    name: 'sent_bytes',
    help: 'Bytes sent to clients, heads of answers included',
    read: () => server.sent,
  });
}

/** @param asked what may be asked of it */
function watchStore(
  registry: Registry,
  name: 'store' | 'source',
  counters: StoreCounters,
  asked: readonly Operation[],
): void {
  const [what, label] = [name === 'store' ? 'the own store' : 'the source of droplets', 'operation'];
  const each = (values: Record<Operation, number>): Record<string, number> =>
    Object.fromEntries(asked.map((operation) => [operation, values[operation]]));
  readCounter(registry, {
    name: `${name}_read_bytes`,
    help: `Bytes that came from ${what}`,
    read: () => counters.bytesRead,
  });
  readCounter(registry, {
    name: `${name}_requests`,
    help: `What ${what} was asked`,
    label,
    read: () => each(counters.requests),
  });
  readCounter(registry, {
    name: `${name}_failures`,
    help: `What ${what} could not answer`,
    label,
    read: () => each(counters.failures),
  });
  const labelled = asked.map((operation) => ({ operation, labels: { operation } }));
  readHistogram(registry, {
    name: `${name}_request_duration_seconds`,
    help: `Time until ${what} answers, or fails; puts of streams are left out`,
    bounds: storeBounds,
    read: () => labelled.map(({ operation, labels }) => ({ labels, times: counters.times[operation] })),
  });
}
