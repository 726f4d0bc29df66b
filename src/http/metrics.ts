import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is told to Prometheus. Labels are few and bounded: never a repository, a digest or a user. */
export type Metrics = {
  registry: Registry;
  /** An answer that has ended, after so many milliseconds; `status` 0 where it was cut. */
  answered(method: string, path: string, status: number, milliseconds: number): void;
};

/** @param conversionsRunning asked at each scrape */
export function createMetrics(conversionsRunning: () => number, registry = new Registry()): Metrics {
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'dropstack_http_request_duration_seconds',
    help: 'Time from a request to the last byte of its answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30, 120],
    registers: [registry],
  });
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
  // To find the labels' figures is most of an observation.
  const known = new Map<string, { observe: (seconds: number) => void }>();
  return {
    registry,
    answered: (method, path, status, milliseconds) => {
      const [route, verb] = [routeOf(path), methods.has(method) ? method : 'other'];
      const key = `${route} ${verb} ${status}`;
      let figures = known.get(key);
      if (figures === undefined)
        known.set(key, (figures = requests.labels({ route, method: verb, status: String(status) })));
      figures.observe(milliseconds / 1000);
    },
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
  [/^\/api\/v1\//, 'api'],
  [/^\/(?:livez|readyz|metrics)$/, 'probes'],
];

function routeOf(path: string): string {
  return routes.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}
