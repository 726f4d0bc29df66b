/** Cold pulls: who waits, for how long, and what they cause; numbers are points of the client checklist. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { keysBelow } from '../helpers/read.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { stack, startFacade } from './facade.ts';
import { ask, errorCode } from './request.ts';

/** A facade with a droplet that nobody converted yet. */
async function cold(t: ExecutionContext, content: Uint8Array, holdSeconds: number) {
  const started = await startFacade(t, { limits: { holdSeconds } });
  await started.operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await started.operator.rootfs.promote(stack, '1.0');
  const droplet = await tinyDroplet(t, content);
  await started.facade.own.put(uploadsPrefix + sourceKey('cold-guid', droplet.sha1), droplet.bytes);
  const rootfsObjects = await keysBelow(started.facade.own, 'v1/objects/');
  return {
    ...started,
    rootfsObjects,
    tag: `${started.url}/v2/cloudfoundry/cold-guid/manifests/${droplet.sha1}`,
  };
}

test('12: many cold requests, HEAD and GET, cause one conversion and all succeed', async (t) => {
  const { tag, facade, rootfsObjects } = await cold(t, randomBytes(3_000_000), 20);
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => ask(tag, { method: i % 2 === 0 ? 'HEAD' : 'GET' })),
  );
  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  t.is(new Set(answers.map(({ headers }) => headers['docker-content-digest'])).size, 1);
  const objects = await keysBelow(facade.own, 'v1/objects/');
  t.is(objects.length, rootfsObjects.length + 2, 'the droplet and the launcher');
});

test('11: past the hold the answer is 429 with Retry-After, and the work goes on', async (t) => {
  const { tag, facade, rootfsObjects } = await cold(t, randomBytes(40_000_000), 0.05);
  const first = await ask(tag);
  t.is(first.status, 429);
  t.is(errorCode(first), 'TOOMANYREQUESTS');
  t.is(first.headers['retry-after'], '2');
  let last = first;
  for (let i = 0; i < 300 && last.status === 429; i++) {
    await delay(100);
    last = await ask(tag);
  }
  t.is(last.status, 200);
  t.is(
    (await keysBelow(facade.own, 'v1/objects/')).length,
    rootfsObjects.length + 2,
    'one conversion for all tries',
  );
});

test('25: the address in a request never shapes an answer', async (t) => {
  const { tag, url, operator } = await cold(t, randomBytes(10), 20);
  t.is((await ask(tag, { headers: { Host: '203.0.113.9' } })).status, 200);
  const list = `${url}/v2/cloudfoundry/cold-guid/tags/list?n=1`;
  const more = await tinyDroplet(t, 'more');
  await operator.droplets.put('cold-guid', more.sha1, Readable.from([more.bytes]), { wait: true });
  const answer = await ask(list, {
    headers: { Host: '203.0.113.9', 'X-Forwarded-Host': 'evil.example.org' },
  });
  t.notRegex(JSON.stringify(answer.headers), /evil|203\.0\.113/);
  t.regex(String(answer.headers.link), /^<\/v2\//);
});

test('25: 60 KiB of headers are read, more are refused', async (t) => {
  const { url } = await cold(t, randomBytes(10), 20);
  t.is((await ask(`${url}/v2/`, { headers: { 'X-Large': 'x'.repeat(60_000) } })).status, 200);
  t.is((await ask(`${url}/v2/`, { headers: { 'X-Large': 'x'.repeat(70_000) } })).status, 431);
});
