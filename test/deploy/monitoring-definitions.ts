/**
 * Stand-ins for the definitions of the Prometheus operator, with the fields of theirs (monitoring.coreos.com/v1) that the chart
 * gives, so that the API server refuses all others.
 */
export function monitoringDefinitions(): object[] {
  const selector = object({ matchLabels: texts });
  const secretKey = object({ name: text, key: text }, ['key']);
  const basicAuth = object({ username: secretKey, password: secretKey });
  const scrape = { port: text, path: text, interval: duration };
  const endpoint = object({
    ...scrape,
    scheme: { type: 'string', enum: ['http', 'https'] },
    basicAuth,
    tlsConfig: object({ serverName: text, ca: object({ secret: secretKey }) }),
  });
  const rule = object(
    {
      record: text,
      alert: text,
      expr: { 'x-kubernetes-int-or-string': true },
      for: duration,
      keep_firing_for: duration,
      labels: texts,
      annotations: texts,
    },
    ['expr'],
  );
  const group = object({ name: text, interval: duration, rules: list(rule) }, ['name']);
  return [
    definition('ServiceMonitor', object({ selector, endpoints: list(endpoint) }, ['selector', 'endpoints'])),
    definition('PodMonitor', object({ selector, podMetricsEndpoints: list(object(scrape)) }, ['selector'])),
    definition('PrometheusRule', object({ groups: list(group) })),
  ];
}

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const duration = { type: 'string', pattern: '^([0-9]+(ms|[smhdwy]))+$' };

function object(properties: object, required: readonly string[] = []): object {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

function list(items: object): object {
  return { type: 'array', items };
}

function definition(kind: string, spec: object): object {
  const [group, singular] = ['monitoring.coreos.com', kind.toLowerCase()];
  const schema = { openAPIV3Schema: object({ spec }, ['spec']) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, singular, plural: `${singular}s`, listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
