import { z } from 'zod';
import { group } from './resource.ts';
import { stackSpec } from './spec.ts';
import { stackStatus } from './status.ts';

/** A node of the schemas that zod makes. */
type Node = { [key: string]: unknown };

/** The CustomResourceDefinition of `Stack`, from the schemas that read it. */
export function stackDefinition(): object {
  const names = {
    kind: 'Stack',
    listKind: 'StackList',
    plural: 'stacks',
    singular: 'stack',
    categories: ['dropstack'],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `stacks.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names,
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: schema() },
        },
      ],
    },
  };
}

const columns = [
  { name: 'Version', type: 'string', jsonPath: '.spec.rootfs.version' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Done', type: 'integer', jsonPath: '.status.roll.counts.done' },
  { name: 'Apps', type: 'integer', jsonPath: '.status.roll.counts.apps' },
  { name: 'Failed', type: 'integer', jsonPath: '.status.roll.counts.failed' },
  { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

function schema(): Node {
  return {
    type: 'object',
    required: ['spec'],
    description: 'A stack of rootfs versions, which of them its apps are to run, and how they get there.',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: structural(z.toJSONSchema(stackSpec, { io: 'input', target: 'openapi-3.0' })),
      status: structural(z.toJSONSchema(stackStatus, { io: 'input', target: 'openapi-3.0' })),
    },
  };
}

/** As Kubernetes wants it: unknown fields are pruned rather than forbidden, and lists are replaced as a whole. */
function structural(value: unknown): Node {
  const node: Node = isNode(value) ? { ...value } : {};
  delete node['additionalProperties'];
  delete node['$schema'];
  for (const bound of ['minimum', 'maximum'])
    if (Math.abs(Number(node[bound])) === Number.MAX_SAFE_INTEGER) delete node[bound];
  if (isNode(node['properties'])) {
    const entries = Object.entries(node['properties']).map(([name, child]) => [name, structural(child)]);
    node['properties'] = Object.fromEntries(entries);
  }
  if (!isNode(node['items'])) return node;
  const items = structural(node['items']);
  return { ...node, 'x-kubernetes-list-type': 'atomic', items: { ...items, ...rulesOf(items) } };
}

/** What the schema of one field cannot say. */
function rulesOf({ properties }: Node): Node {
  if (!isNode(properties) || !('pause' in properties)) return {};
  const rule = '!(has(self.apps) && has(self.percent))';
  return { 'x-kubernetes-validations': [{ rule, message: 'a wave has either apps or percent' }] };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
