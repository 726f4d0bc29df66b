/** The table of operations, and what is made from it or says the same. `UPDATE_DOCS=1` writes docs/openapi.json anew. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { format, resolveConfig } from 'prettier';
import { validate } from '@hyperjump/json-schema/openapi-3-1';
import { z } from 'zod';
import { openApi } from '../../src/api/open-api.ts';
import type { Operation } from '../../src/api/operation.ts';
import { groups, operations } from '../../src/api/operations.ts';

const metaSchema = 'https://spec.openapis.org/oas/3.1/schema-base';
const docs = join(import.meta.dirname, '../../docs');
const all: [string, Operation][] = Object.entries(operations);

test('docs/openapi.json is the one that a facade gives', async (t) => {
  const path = join(docs, 'openapi.json');
  const options = await resolveConfig(path);
  const wanted = await format(JSON.stringify(openApi()), { ...options, filepath: path });
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, wanted);
  t.is(await readFile(path, 'utf8'), wanted, `UPDATE_DOCS=1 brings ${path} up to date`);
});

test('it is OpenAPI 3.1, and its schemas are JSON Schema', async (t) => {
  const document = JSON.parse(JSON.stringify(openApi()));
  const output = await validate(metaSchema, document, 'BASIC');
  t.true(output.valid, JSON.stringify(output).slice(0, 2_000));
  const broken = { ...document, paths: { '/x': { get: { parameters: [{ name: 'x' }] } } } };
  t.false((await validate(metaSchema, broken)).valid);
});

test('every reference in it leads somewhere', (t) => {
  const document: unknown = JSON.parse(JSON.stringify(openApi()));
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  t.true(references.length > 100, 'the references were found');
  for (const path of new Set(references)) t.not(at(document, path.split('/')), undefined, path);
});

test('the parameters of a path are those that are checked', (t) => {
  for (const [name, { path, parameters }] of all) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const { properties = {} } = z.toJSONSchema(parameters, { io: 'input' });
    t.deepEqual(new Set(inPath), new Set(Object.keys(properties)), name);
  }
});

test('every operation has a name, a method and a path of its own, and a group', (t) => {
  const routes = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
  t.is(new Set(routes).size, all.length);
  const grouped = Object.values(groups).flatMap((members) => Object.entries(members));
  t.deepEqual(new Map(grouped), new Map(all));
  t.is(grouped.length, all.length);
});

test('the tables of api.md name each operation, and none that is not there', async (t) => {
  const text = await readFile(join(docs, 'api.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `([A-Z]+ \/api\/v1\/[^`]*)` +\|/gm)].map(
    ([, route = '']) => route,
  );
  const wanted = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{(\w+)\}/g, '<$1>')}`);
  t.deepEqual(documented.toSorted(), wanted.toSorted());
});

test('only its own description and puts are for users without the role', (t) => {
  t.deepEqual(
    all.filter(([, { needs }]) => needs !== 'admin').map(([name, { needs }]) => [name, needs]),
    [
      ['putDroplet', 'droplets'],
      ['getOpenApi', 'any'],
    ],
  );
});

function at(value: unknown, path: string[]): unknown {
  const [name = '', ...rest] = path;
  if (path.length === 0) return value;
  return typeof value === 'object' && value !== null ? at(Reflect.get(value, name), rest) : undefined;
}
