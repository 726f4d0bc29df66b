import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { configOptions } from '../../src/config/options.ts';
import { configSchema } from '../../src/config/schema.ts';

const file = join(import.meta.dirname, '../../deploy/config.schema.json');

test('the schema in deploy is that of the code', async (t) => {
  const wanted = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, wanted);
  t.is(await readFile(file, 'utf8'), wanted, 'UPDATE_DOCS=1 npx ava test/config/json-schema.test.ts');
});

test('it has options, their defaults, and no option that is not there', (t) => {
  t.like(configJsonSchema(), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    properties: {
      listen: { type: 'string', default: '127.0.0.1:8080' },
      processes: { type: 'integer', default: 1, maximum: 256 },
      cache: {
        required: ['directory'],
        additionalProperties: false,
        properties: { maxBytes: { default: '10GiB' } },
      },
      source: {
        anyOf: [
          { type: 'string', minLength: 1 },
          { type: 'object', additionalProperties: false },
        ],
      },
      limits: {
        properties: {
          holdSeconds: { type: 'number', default: 20, maximum: 25 },
          droplet: { properties: { maxBytes: { default: '16GiB' }, maxNameBytes: { default: 3900 } } },
        },
      },
    },
  });
  t.false('required' in configJsonSchema());
});

test('its patterns are such as validators in Go know', (t) => {
  const patterns = [...JSON.stringify(configJsonSchema()).matchAll(/"pattern":"((?:\\.|[^"\\])*)"/g)];
  t.true(patterns.length > 3);
  for (const [, pattern = ''] of patterns) t.notRegex(pattern, /\(\?[=!<]|\\\\[1-9]/);
});

test('every option is described in sentences, and every number has a unit', (t) => {
  for (const { path, description, unit, default: fallback, choices } of configOptions()) {
    const name = path.join('.');
    t.regex(description, /^\S[^\n]*\.$/, name);
    if (typeof fallback === 'number' && choices.length === 0) t.truthy(unit, name);
    if (name.endsWith('Bytes')) t.is(unit, 'bytes', name);
    if (name.endsWith('Seconds')) t.is(unit, 'seconds', name);
    for (const choice of choices)
      if (typeof choice === 'string') t.true(description.includes(choice), `${name}: ${choice}`);
  }
});

test('the defaults that are told are those that hold', (t) => {
  const empty = configSchema.parse({});
  const told = configOptions().filter((option) => option.default !== undefined);
  t.true(told.length > 20);
  for (const { path, default: fallback } of told) {
    const given = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), fallback);
    const [top = ''] = path;
    if (['listen', 'processes', 'defaultStack', 'logLevel', 'limits'].includes(top))
      t.deepEqual(configSchema.parse(given), empty, path.join('.'));
  }
});

test('no option holds a secret: those are in files', (t) => {
  for (const { path } of configOptions()) {
    const name = path.at(-1) ?? '';
    if (/secret|password|token|credential|auth|key/i.test(name))
      t.regex(name, /File$|^(?:tlsKey|registryAuth)$/, path.join('.'));
  }
  for (const [option, url] of [
    ['publicUrl', 'https://user:word@registry.example.org'],
    ['redirect', { endpoint: 'https://user@s3.example.org' }],
    ['store', { s3: { bucket: 'b', endpoint: 'https://user:word@s3.example.org' } }],
    ['source', { s3: { bucket: 'b', endpoint: 'https://user:word@s3.example.org' } }],
    ['source', { webdav: { url: 'https://user:word@dav.example.org/' } }],
  ] as const) {
    const { error } = configSchema.safeParse({ [option]: url });
    t.truthy(error, option);
    t.notRegex(String(error), /word@/);
  }
});
