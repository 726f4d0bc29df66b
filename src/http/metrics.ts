import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { watchBuild } from '../metrics/build-info.ts';
import { Durations, type Observe } from '../metrics/durations.ts';
import type { Told } from './watch-answer.ts';

/** What is told to Prometheus. Labels are few and bounded: never a repository, a digest or a user. */
export type Metrics = {
  registry: Registry;
  /** An answer that has ended, after so many seconds; `status` 0 where it was cut. */
  answered(method: string, told: Pick<Told, 'path' | 'cache'>, status: number, seconds: number): void;
};

/** @param conversionsRunning asked at each scrape */
export function createMetrics(conversionsRunning: () => number, registry = new Registry()): Metrics {
  collectDefaultMetrics({ register: registry });
  watchBuild(registry);
  registry.registerMetric(
    new Gauge({
      name: 'dropstack_conversions_running',
      help: 'Droplets that are looked up, are being converted, or wait for it',
      registers: [],
      collect() {
        this.set(conversionsRunning());
      },
    }),
  );
  const observersOf = requestTimes(registry);
  const known = new Map<string, readonly Observe[]>();
  return {
    registry,
    answered: (method, { path, cache = 'none' }, status, seconds) => {
      const [route, verb] = [routeOf(path), methods.has(method) ? method : 'other'];
      const key = `${route} ${verb} ${status} ${cache}`;
      let observers = known.get(key);
      if (observers === undefined) known.set(key, (observers = observersOf(route, verb, status, cache)));
      for (const observe of observers) observe(seconds);
    },
  };
}

/** All requests by what became of them; manifests and blobs also by where they came from, each in bounds of their own. */
function requestTimes(
  registry: Registry,
): (route: string, method: string, status: number, cache: string) => Observe[] {
  const all = new Durations(registry, {
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the last byte of its answer',
    bounds: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30, 120, 600],
  });
  const manifests = new Durations(registry, {
    name: 'manifest_duration_seconds',
    help: 'Of these the manifests, by where they came from',
    bounds: [
      0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
      5, 10, 20, 30,
    ],
  });
  const blobs = new Durations(registry, {
    name: 'blob_duration_seconds',
    help: 'Of these the configs and layers, by where they came from',
    bounds: [0.000_25, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
  });
  const kinds: Record<string, Durations | undefined> = { manifests, blobs };
  return (route, method, status, cache) => {
    const kind = kinds[route]?.of({ cache });
    return [all.of({ route, method, status: String(status) }), ...(kind === undefined ? [] : [kind])];
  };
}

const methods = new Set(['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE']);

const routes: readonly [RegExp, string][] = [
  [/^\/v2\/?$/, 'v2'],
  [/^\/v2\/.+\/manifests\/[^/]+$/, 'manifests'],
  [/^\/v2\/.+\/blobs\/[^/]+$/, 'blobs'],
  [/^\/v2\/.+\/tags\/list$/, 'tags'],
  [/^\/v2\/.+\/referrers\/[^/]+$/, 'referrers'],
  [/^\/droplets\//, 'droplets'],
  // It lasts for as long as somebody listens.
  [/^\/api\/v1\/events$/, 'events'],
  [/^\/api\/v1\//, 'api'],
  [/^\/(?:livez|readyz|metrics)$/, 'probes'],
  [/^\/(?:dashboard\/.*)?$/, 'dashboard'],
];

function routeOf(path: string): string {
  return routes.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}
