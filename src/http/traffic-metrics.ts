import type { Registry } from 'prom-client';
import type { Moved } from '../convert/job.ts';
import type { Operation, StoreCounters } from '../store/counters.ts';
import { readCounter } from './read-counter.ts';
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
  watchStore(registry, 'store', own);
  readCounter(registry, {
    name: 'store_written_bytes',
    help: 'Bytes given to the own store',
    read: () => own.bytesWritten,
  });
  watchStore(registry, 'source', sources);
  readCounter(registry, {
    name: 'sent_bytes',
    help: 'Bytes sent to clients, heads of answers included',
    read: () => server.sent,
  });
}

function watchStore(registry: Registry, name: 'store' | 'source', counters: StoreCounters): void {
  const [what, label] = [name === 'store' ? 'the own store' : 'the source of droplets', 'operation'];
  const asked = ({ put, remove, ...reading }: Record<Operation, number>): Record<string, number> =>
    name === 'store' ? { ...reading, put, remove } : reading;
  readCounter(registry, {
    name: `${name}_read_bytes`,
    help: `Bytes that came from ${what}`,
    read: () => counters.bytesRead,
  });
  readCounter(registry, {
    name: `${name}_requests`,
    help: `What ${what} was asked`,
    label,
    read: () => asked(counters.requests),
  });
  readCounter(registry, {
    name: `${name}_failures`,
    help: `What ${what} could not answer`,
    label,
    read: () => asked(counters.failures),
  });
}
