import { z } from 'zod';
import { configJsonSchema } from '../../src/config/json-schema.ts';

type Schema = {
  properties: Record<string, Schema>;
  required?: string[];
  [keyword: string]: unknown;
};

/** The schema of the chart's values: its own, and in it that of the configuration, without what the chart itself says. */
export function valuesSchema(): object {
  const schema = z.toJSONSchema(values, { io: 'input', override: withoutBound }) as Schema;
  return { ...schema, properties: { ...schema.properties, config: configOfChart() } };
}

function withoutBound({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** Options that lead to what the chart mounts, or that its Services and probes rely on. */
const saidByChart = ['listen', 'data', 'users', 'grants', 'tlsCert', 'tlsKey'];

function configOfChart(): Schema {
  const { $schema: _, ...config } = configJsonSchema() as Schema;
  const { properties } = without(config, saidByChart);
  const { store, cache } = properties;
  if (store === undefined || cache === undefined)
    throw new Error('The configuration has a store and a cache');
  // Of the two places of a store, one is left.
  const { oneOf: __, ...s3 } = without(store, ['directory']);
  return {
    ...config,
    properties: { ...properties, store: { ...s3, required: ['s3'] }, cache: without(cache, ['directory']) },
  };
}

function without(schema: Schema, names: readonly string[]): Schema {
  const isLeft = (name: string): boolean => !names.includes(name);
  const properties = Object.entries(schema.properties).filter(([name]) => isLeft(name));
  const { required, ...rest } = schema;
  return {
    ...rest,
    properties: Object.fromEntries(properties),
    ...(required === undefined ? {} : { required: required.filter(isLeft) }),
  };
}

const text = z.string();
const given = text.min(1);
/** A part of a Kubernetes object, which the API server judges. */
const part = z.record(text, z.unknown());
const parts = z.array(part);
const replicas = z.int().min(0);
const port = z.int().min(1).max(65_535).nullable();
const networkPolicy = group({ enabled: z.boolean(), from: parts, egress: parts.nullable() });
/** An existing Secret; an empty name stands for none. */
const secret = group({ secret: text, key: given });

const placement = { nodeSelector: part, tolerations: parts, affinity: part, priorityClassName: text };
const container = { resources: part, env: parts, podAnnotations: part, networkPolicy, replicas };

const facade = group({
  ...placement,
  ...container,
  enabled: z.boolean(),
  listenHost: z.enum(['0.0.0.0', '[::]']),
  users: group({ secret: given, key: given }),
  grants: secret,
  tls: group({ secret: text }),
  // They become names of volumes.
  secrets: z.record(text.regex(/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/), given),
  storage: group({ size: given, storageClass: text, existingClaim: text }),
  cacheVolume: part,
  temporaryVolume: part,
  extraVolumes: parts,
  extraVolumeMounts: parts,
  service: group({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
    port,
    nodePort: port,
    annotations: part,
    externalTrafficPolicy: z.enum(['', 'Cluster', 'Local']),
  }),
  serviceAccount: group({ annotations: part }),
  topologySpreadConstraints: parts,
});

const patcher = group({
  ...placement,
  ...container,
  enabled: z.boolean(),
  crd: z.boolean(),
  server: text,
  user: given,
  password: group({ secret: given, key: given }),
  ca: secret,
});

const values = group({
  image: group({
    repository: given,
    tag: text,
    digest: text.regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  }),
  imagePullSecrets: parts,
  nameOverride: text,
  fullnameOverride: text,
  config: part,
  facade,
  rolls: group({ fromDashboard: z.boolean() }),
  patcher,
  monitoring: group({
    enabled: z.boolean(),
    rules: z.boolean(),
    interval: given,
    labels: part,
    basicAuth: group({ secret: given, username: given, password: given }),
    tlsConfig: part,
  }),
  // What a chart around this one says to all its parts.
  global: part,
});

/** Each may be left out: values.yaml has the defaults. */
function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape).partial();
}
