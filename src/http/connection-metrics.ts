import { Gauge, type Registry } from 'prom-client';
import { readCounter } from '../metrics/read-counter.ts';
import type { HttpServer } from './server.ts';

/** Tells how many connections there are, and how many were turned away. */
export function watchConnections(registry: Registry, server: Pick<HttpServer, 'open' | 'turnedAway'>): void {
  registry.registerMetric(
    new Gauge({
      name: 'dropstack_connections',
      help: 'Connections of clients that are open',
      registers: [],
      collect() {
        this.set(server.open);
      },
    }),
  );
  readCounter(registry, {
    name: 'connections_turned_away',
    help: 'Connections closed at once, by whether the server or the client has too many',
    label: 'full',
    read: () => server.turnedAway,
  });
}
