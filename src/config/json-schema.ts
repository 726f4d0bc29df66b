import { z } from 'zod';
import { configSchema } from './schema.ts';

/**
 * The JSON Schema of the configuration file (draft 2020-12), with descriptions and defaults. What it accepts may still be wrong across
 * options, and in names and addresses. All its patterns are ones that RE2 knows: validators in Go take no others.
 */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (zodSchema === configSchema.shape.store) jsonSchema.oneOf = oneOf('directory', 's3');
      if (zodSchema === configSchema.shape.source)
        allowText(jsonSchema, { oneOf: oneOf('directory', 's3', 'webdav') });
      if (zodSchema === configSchema.shape.kubernetes) allowText(jsonSchema);
      // For our own documents.
      delete jsonSchema['unit'];
    },
  });
  return { $schema, title: 'Configuration of dropstack', ...schema };
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function oneOf(...names: string[]): JsonSchema[] {
  return names.map((name) => ({ required: [name] }));
}

/** A source that is a directory, and a cluster of a kubeconfig, may be that path alone. */
function allowText(schema: JsonSchema, more: JsonSchema = {}): void {
  const { description: _, ...mapping } = schema;
  for (const key of Object.keys(mapping)) delete schema[key];
  schema.anyOf = [
    { type: 'string', minLength: 1 },
    { ...mapping, ...more },
  ];
}
