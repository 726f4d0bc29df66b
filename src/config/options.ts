import { z } from 'zod';
import { flagged, type Flagged } from './flagged.ts';
import { configSchema } from './schema.ts';

/** An option for documents. */
export type ConfigOption = {
  /** the keys that lead to it in the file */
  path: readonly string[];
  description: string;
  /** of a number */
  unit: string | undefined;
  /** as it would be written in the file; undefined where nothing holds without it */
  default: unknown;
  /** whether the group that it is in cannot be without it */
  isRequired: boolean;
  /** what it may be, where that can be counted */
  choices: readonly unknown[];
  /** how it is given beside the file, where it can be */
  flagged: Flagged | undefined;
  /** whether it has options of its own, which follow it */
  isGroup: boolean;
};

/** Every option and group of options, in the order of the schema. */
export function configOptions(): ConfigOption[] {
  return below([], z.toJSONSchema(configSchema, { io: 'input' }));
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function below(parents: readonly string[], { properties = {}, required = [] }: JsonSchema): ConfigOption[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    if (typeof schema === 'boolean') throw new Error(`${key} has no schema`);
    const path = [...parents, key];
    const isGroup = schema.properties !== undefined;
    const option = {
      path,
      description: schema.description ?? '',
      unit: typeof schema['unit'] === 'string' ? schema['unit'] : undefined,
      default: isGroup ? undefined : schema.default,
      isRequired: required.includes(key),
      choices: choicesOf(schema),
      flagged: parents.length === 0 ? flagged.find(({ name }) => name === key) : undefined,
      isGroup,
    };
    return [option, ...below(path, schema)];
  });
}

/** Of a list, what its items may be. */
function choicesOf({ enum: choices, const: only, items }: JsonSchema): readonly unknown[] {
  if (typeof items === 'object' && !Array.isArray(items)) return choicesOf(items);
  return choices ?? (only === undefined ? [] : [only]);
}
