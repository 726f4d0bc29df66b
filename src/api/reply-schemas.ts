import { z } from 'zod';
import { collectionReport } from '../collect/report.ts';
import { needsRecord } from '../droplet/needs.ts';
import { dropletRecord, refusalRecord } from '../droplet/record.ts';
import { auditEntry } from '../operator/audit/entry.ts';
import { rootfsRecord } from '../rootfs/record.ts';
import { stackRecord } from '../rootfs/stack-record.ts';
import * as answers from './answers.ts';
import { eventSchemas } from './events.ts';
import type { Reply } from './operation.ts';
import { rollReport } from './roll-report.ts';

export type JsonSchema = Record<string, unknown>;

/** What is described once, and referred to. */
const components: Readonly<Record<string, z.ZodType>> = {
  Stack: stackRecord,
  RootfsVersion: rootfsRecord,
  RootfsSummary: answers.versionSummary,
  RootfsContents: answers.contents,
  Droplet: answers.dropletSummary,
  DropletDetails: answers.dropletDetails,
  AppCounts: answers.appCounts,
  DropletRecord: dropletRecord,
  DropletNeeds: needsRecord,
  Refusal: refusalRecord,
  Image: answers.imageDetails,
  ImageOrigin: answers.origin,
  RollReport: rollReport,
  CollectionReport: collectionReport,
  AuditEntry: auditEntry,
  AuditPage: answers.auditPage,
  State: eventSchemas.state,
  Errors: answers.errorEnvelope,
};

/**
 * The schemas of components, and of the replies that are none themselves.
 * @param replies of operations, by name
 */
export function replySchemas(replies: Readonly<Record<string, Reply>>): {
  components: Record<string, JsonSchema>;
  replies: ReadonlyMap<string, JsonSchema>;
} {
  const registry = z.registry<{ id: string }>();
  const idOf = (schema: z.ZodType): string | undefined => registry.get(schema)?.id;
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  const wanted = Object.entries(replies).flatMap(([name, reply]) => {
    const schema = schemaOf(reply);
    if (schema === undefined) return [];
    if (idOf(schema) === undefined) registry.add(schema, { id: `${name}-reply` });
    return [[name, idOf(schema) ?? ''] as const];
  });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: schemaReference, override: openUp });
  const bare = (id: string): JsonSchema => {
    const { $schema: _, $id: __, ...schema } = schemas[id] ?? {};
    return schema;
  };
  return {
    components: Object.fromEntries(Object.keys(components).map((id) => [id, bare(id)])),
    replies: new Map(
      wanted.map(([name, id]) => [name, id in components ? { $ref: schemaReference(id) } : bare(id)]),
    ),
  };
}

export function schemaReference(id: string): string {
  return `#/components/schemas/${id}`;
}

/** OpenAPI 3.1 knows no streams: of lines the schema is that of one, of events that of one's data under its kind. */
function schemaOf(reply: Reply): z.ZodType | undefined {
  if (reply.kind === 'json' || reply.kind === 'lines') return reply.schema;
  if (reply.kind !== 'events') return undefined;
  return z.union(Object.entries(reply.schemas).map(([kind, data]) => z.object({ [kind]: data })));
}

/** A later facade may tell more than this one. */
function openUp({ jsonSchema }: { jsonSchema: { additionalProperties?: unknown } }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
