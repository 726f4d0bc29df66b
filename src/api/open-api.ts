import { z } from 'zod';
import type { Operation, Reply } from './operation.ts';
import { groups, operations } from './operations.ts';
import { replySchemas, schemaReference, type JsonSchema } from './reply-schemas.ts';

type OpenApi = { openapi: '3.1.1'; [member: string]: unknown };

/** What may come of any request. */
const commonErrors: Readonly<Record<string, string>> = {
  400: 'the request is malformed',
  401: 'no valid credentials',
  403: 'the user lacks the role',
  429: 'too much is under way: ask again after Retry-After seconds',
  500: 'stored bytes are damaged, or a bug; the log tells more',
  503: 'the store does not answer',
};

/** The admin API as OpenAPI 3.1 describes one. The same at each call. */
export function openApi(): OpenApi {
  const replies = Object.fromEntries(Object.entries(operations).map(([name, { reply }]) => [name, reply]));
  const schemas = replySchemas(replies);
  return {
    openapi: '3.1.1',
    info: {
      title: 'dropstack admin API',
      version: '1',
      description: 'What operators do with a facade. docs/api.md explains it to people.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ basic: [] }],
    tags: Object.keys(groups).map((name) => ({ name })),
    paths: pathsOf(schemas.replies),
    components: {
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
      schemas: schemas.components,
      responses: Object.fromEntries(
        Object.entries(commonErrors).map(([status, why]) => [status, errorOf(why)]),
      ),
    },
  };
}

function pathsOf(replies: ReadonlyMap<string, JsonSchema>): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [group, members] of Object.entries(groups)) {
    for (const [name, operation] of Object.entries(members)) {
      const path = (paths[operation.path] ??= {});
      path[operation.method.toLowerCase()] = {
        operationId: name,
        tags: [group],
        ...describe(operation, replies.get(name)),
      };
    }
  }
  return paths;
}

function describe(operation: Operation, schema: JsonSchema | undefined): object {
  const { summary, needs, parameters, query, headers, reply } = operation;
  return {
    summary,
    security: [{ basic: needs === 'any' ? [] : [needs] }],
    parameters: [
      ...parametersOf('path', parameters),
      ...parametersOf('query', query),
      ...parametersOf('header', headers),
    ],
    ...bodyOf(operation),
    responses: {
      [reply.status]: { description: descriptionOf(reply), ...contentOf(reply, schema) },
      ...errorsOf(operation),
    },
  };
}

function parametersOf(place: 'path' | 'query' | 'header', schema: z.ZodType): object[] {
  const { properties = {}, required = [] } = sent(schema);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...type } = property === true || property === false ? {} : property;
    return {
      name: place === 'header' ? headerName(name) : name,
      in: place,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: type,
    };
  });
}

/** `if-match` as people write it. */
function headerName(name: string): string {
  return name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function bodyOf({ body }: Operation): object {
  if (body.kind === 'none') return {};
  const content =
    body.kind === 'json'
      ? { 'application/json': { schema: sent(body.schema) } }
      : { 'application/octet-stream': {} };
  const description = body.kind === 'bytes' ? { description: body.what } : {};
  return { requestBody: { required: true, ...description, content } };
}

/** As it must come: what has a default may be left out. */
function sent(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const found: z.core.JSONSchema.BaseSchema = z.toJSONSchema(schema, { io: 'input' });
  delete found.$schema;
  return found;
}

function descriptionOf(reply: Reply): string {
  if (reply.kind === 'lines') return 'Any number of lines, each of them JSON of this schema.';
  if (reply.kind === 'events') return `Server-Sent Events: ${Object.keys(reply.schemas).join(', ')}.`;
  return reply.kind === 'none' ? 'It is done.' : 'The answer.';
}

const mediaTypes = { json: 'application/json', lines: 'application/x-ndjson', events: 'text/event-stream' };

function contentOf(reply: Reply, schema: JsonSchema | undefined): object {
  if (reply.kind === 'none') return {};
  if (reply.kind !== 'bytes') return { content: { [mediaTypes[reply.kind]]: { schema } } };
  return { content: Object.fromEntries(reply.types.map((type) => [type.split(';', 1)[0], {}])) };
}

function errorsOf({ errors }: Operation): object {
  const common = Object.keys(commonErrors).map((status) => [
    status,
    { $ref: `#/components/responses/${status}` },
  ]);
  const own = Object.entries(errors).map(([status, why]) => {
    const also = commonErrors[status];
    return [status, errorOf(also === undefined ? why : `${why}; or ${also}`)];
  });
  return Object.fromEntries([...common, ...own]);
}

function errorOf(description: string): object {
  return { description, content: { 'application/json': { schema: { $ref: schemaReference('Errors') } } } };
}
