/** Each operation of a real facade, whose answer is compared with what the document says of it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { validate } from '@hyperjump/json-schema/openapi-3-1';
import { z } from 'zod';
import { errorEnvelope } from '../../src/api/answers.ts';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/operations.ts';
import { listenTo } from '../helpers/event-stream.ts';
import { stack } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';
import { admin, node, sampleWorld, type Sample, type World } from './sample-world.ts';

const all: [string, Operation][] = Object.entries(operations);
/** The validator reads it as what its name says. */
const document = pathToFileURL(join(import.meta.dirname, '../../docs/openapi.json')).href;
const ends = new AsyncDisposableStack();
let world: World;

test.before(async () => {
  world = await sampleWorld(ends);
});
test.after.always(() => ends.disposeAsync());

for (const [name, operation] of all) {
  if (operation.reply.kind === 'events') continue;
  test.serial(`${name} answers what is declared`, async (t) => {
    const answer = await call(operation, world.samples[name as keyof typeof operations]);
    t.is(answer.status, operation.reply.status, answer.body.toString().slice(0, 500));
    const { reply } = operation;
    if (reply.kind === 'none') t.is(answer.body.length, 0);
    else if (reply.kind === 'bytes') t.true(reply.types.includes(String(answer.headers['content-type'])));
    else if (reply.kind === 'json' || reply.kind === 'lines') {
      const values = reply.kind === 'json' ? [parse(answer.body)] : linesOf(answer.body);
      const type = reply.kind === 'json' ? 'application/json' : 'application/x-ndjson';
      t.is(answer.headers['content-type'], type);
      t.true(values.length > 0);
      for (const value of values) {
        // What a schema leaves out is not declared.
        if (name !== 'getOpenApi') t.deepEqual(z.parse(reply.schema, value), value);
        const place = `${document}#${pointerTo(operation, type)}`;
        const output = await validate(place, value as never, 'BASIC');
        t.true(output.valid, JSON.stringify(output).slice(0, 2_000));
      }
    }
  });

  test.serial(`${name} takes no more than is declared, and from nobody else`, async (t) => {
    const sample = world.samples[name as keyof typeof operations];
    const strange = await call(operation, { ...sample, query: 'nonsense=1' });
    t.is(strange.status, 400);
    t.regex(errorOf(strange.body).message, /query is not as it must be/);
    t.is((await call(operation, { ...sample, auth: 'node:wrong' })).status, 401);
    const other = await call(operation, { ...sample, auth: node });
    t.is(other.status, operation.needs === 'any' ? 200 : 403, other.body.toString().slice(0, 300));
    for (const parameter of Object.keys(sample.values ?? {})) {
      const values = { ...sample.values, [parameter]: 'UPPER CASE' };
      const wrong = await call(operation, { ...sample, values });
      t.is(wrong.status, 400);
      t.regex(errorOf(wrong.body).message, /path is not as it must be: .*(cannot be|Malformed)/);
    }
    if (operation.body.kind !== 'json') return;
    for (const body of ['no JSON', '7', '{"nonsense": 1}', '']) {
      t.is((await call(operation, { ...sample, body })).status, 400, body);
    }
  });
}

test('what is told of events is what is declared', async (t) => {
  const { reply } = operations.watchEvents;
  const stream = await listenTo(t, world.url, { auth: admin });
  t.is(stream.status, reply.status);
  t.is(stream.headers['content-type'], 'text/event-stream');
  await call(operations.promote, { ...world.samples.promote, body: '{"version": "1"}' });
  const { bytes, sha1 } = world.droplet;
  await ask(`${world.url}/droplets/third-app/${sha1}`, { method: 'PUT', auth: admin, body: bytes });
  await stream.next('of a stack', ({ event }) => event === 'stack');
  await stream.next('of a put', ({ event, data }) => event === 'droplet' && data['action'] === 'put');
  await stream.next('of a conversion', ({ data }) => data['action'] === 'converted');
  await stream.next('of figures', ({ event }) => event === 'state');
  const place = `${document}#${pointerTo(operations.watchEvents, 'text/event-stream')}`;
  for (const { event, data } of stream.events) {
    t.deepEqual(z.parse(reply.schemas[event as keyof typeof reply.schemas], data), data as never);
    t.true((await validate(place, { [event]: data } as never)).valid, event);
  }
});

test('an error is what is declared', async (t) => {
  const { body, status } = await call(operations.getStack, { values: { stack: 'nobodys' } });
  t.is(status, 404);
  const value = parse(body);
  t.deepEqual(z.parse(errorEnvelope, value), value as never);
  t.true((await validate(`${document}#/components/schemas/Errors`, value as never)).valid);
});

test('of many faults a few are told', async (t) => {
  const placements = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`guid-${i}`, 'no version']));
  const { body } = await call(operations.place, { values: { stack }, body: JSON.stringify(placements) });
  const { message } = errorOf(body);
  t.regex(message, /guid-0: "no version" cannot be a version.*; and 497 more$/);
  t.true(message.length < 1000);
  const identity = await call(operations.identifyImage, {
    values: { guid: 'some-app', digest: 'sha256:abc' },
  });
  t.is(errorOf(identity.body).code, 'DIGEST_INVALID');
});

async function call({ method, path }: Operation, { values = {}, query = '', ...rest }: Sample) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  return ask(`${world.url}${filled}${query === '' ? '' : `?${query}`}`, { auth: admin, ...rest, method });
}

/** Where the document describes the answer of an operation. */
function pointerTo({ method, path, reply }: Operation, type: string): string {
  const parts = [
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    String(reply.status),
    'content',
    type,
    'schema',
  ];
  return parts
    .map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}

function parse(body: Buffer): unknown {
  return JSON.parse(body.toString());
}

function linesOf(body: Buffer): unknown[] {
  return body
    .toString()
    .split('\n')
    .filter((text) => text !== '')
    .map((text): unknown => JSON.parse(text));
}

function errorOf(body: Buffer): { code: string; message: string } {
  const [error] = z.parse(errorEnvelope, parse(body)).errors;
  return error ?? { code: '', message: '' };
}
