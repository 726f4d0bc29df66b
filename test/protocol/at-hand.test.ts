/** What is answered before koa is answered as koa's routes do, which a query sends a request to. */
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Manifest } from '../../src/oci/image.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask, type Answer } from './request.ts';

const guid = 'pulled-again-and-again';

test('a manifest and a config that are at hand have the same answers, and the same lines in the log', async (t) => {
  const { url, operator, lines } = await startFacade(t);
  await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1');
  const droplet = await tinyDroplet(t, 'at hand');
  await putDroplet(operator, guid, droplet);
  const repository = `/v2/cloudfoundry/${guid}`;
  const { headers, body } = await ask(`${url}${repository}/manifests/${droplet.sha1}`);
  const { config } = JSON.parse(body.toString()) as Manifest;
  const digest = String(headers['docker-content-digest']);
  const paths = [`manifests/${droplet.sha1}`, `manifests/${digest}`, `blobs/${config.digest}`];
  for (const path of paths.map((name) => `${repository}/${name}`)) {
    for (const method of ['GET', 'HEAD']) {
      for (const more of [{}, { 'if-none-match': `"${digest}"` }, { range: 'bytes=0-1' }]) {
        const options = { method, headers: more };
        const [routed, atHand] = [await ask(`${url}${path}?ns=x`, options), await ask(url + path, options)];
        t.is(atHand.status, routed.status);
        t.deepEqual(atHand.body, routed.body);
        t.deepEqual(withoutId(atHand.headers), withoutId(routed.headers), `${method} ${path}`);
        const line = await lineOf(lines, atHand);
        t.deepEqual(line, await lineOf(lines, routed));
        t.is(line['path'], path);
      }
    }
  }
  for (const path of [`/v2/other/${guid}/manifests/${droplet.sha1}`, `${repository}/blobs/${digest}`]) {
    t.is((await ask(url + path)).status, 404, path);
  }
});

function withoutId(headers: Answer['headers']): object {
  return { ...headers, date: typeof headers.date, 'x-request-id': typeof headers['x-request-id'] };
}

/** The line of an answer, without what differs from one to the next. It is written when the answer has gone. */
async function lineOf(lines: readonly string[], { headers }: Answer): Promise<Record<string, unknown>> {
  for (;;) {
    const line = lines.find((one) => one.includes(String(headers['x-request-id'])));
    if (line === undefined) {
      await delay(10);
      continue;
    }
    const {
      id: _id,
      time: _time,
      ms: _ms,
      cache: _cache,
      ...rest
    } = JSON.parse(line) as Record<string, unknown>;
    return rest;
  }
}
