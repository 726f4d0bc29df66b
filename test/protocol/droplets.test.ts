/** The droplets API, as bits-service's clients and ours use it. */
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { keysBelow } from '../helpers/read.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { stack, startFacade } from './facade.ts';
import { ask, errorCode, type Answer } from './request.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

let facade: Awaited<ReturnType<typeof startFacade>>;
test.before(async () => {
  facade = await startFacade(ends);
  await facade.operator.rootfs.import(stack, '1.0', await tinyRootfs(ends, 'one'), {});
  await facade.operator.rootfs.promote(stack, '1.0');
});

const at = (path: string): string => `${facade.url}${path}`;
const put = (
  path: string,
  body: Buffer | string | Readable,
  headers: Record<string, string> = {},
): Promise<Answer> => ask(at(path), { method: 'PUT', body, headers });

/** A multipart body as curl makes it. */
function form(
  field: string,
  bytes: Buffer,
  boundary = 'a-boundary',
): { body: Buffer; headers: Record<string, string> } {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="d.tgz"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}

async function pullable(t: ExecutionContext, guid: string, name: string): Promise<void> {
  const { status } = await ask(at(`/v2/cloudfoundry/${guid}/manifests/${name}`));
  t.is(status, 200, `${guid}:${name}`);
}

test('every way to put a droplet makes it pullable', async (t) => {
  const droplet = await tinyDroplet(t, 'every way');
  const { bytes, sha1, sha256 } = droplet;
  const multipart = form('droplet', bytes);
  const bits = form('bits', bytes);
  const ways: [string, string, () => Promise<Answer>][] = [
    ['raw-sha1', sha1, () => put(`/droplets/raw-sha1/${sha1}`, bytes)],
    ['raw-sha256', sha256, () => put(`/droplets/raw-sha256/${sha256}`, bytes)],
    ['raw-chunked', sha1, () => put(`/droplets/raw-chunked/${sha1}`, Readable.from([bytes]))],
    ['raw-both', sha1, () => put(`/droplets/raw-both/${sha1}`, bytes, { Digest: `sha256=${sha256}` })],
    ['raw-digest', sha256, () => put('/droplets/raw-digest', bytes, { Digest: `sha256=${sha256}` })],
    ['form-droplet', sha1, () => put(`/droplets/form-droplet/${sha1}`, multipart.body, multipart.headers)],
    ['form-bits', sha1, () => put(`/droplets/form-bits/${sha1}`, bits.body, bits.headers)],
    ['waited', sha1, () => put(`/droplets/waited/${sha1}?wait=true`, bytes)],
  ];
  for (const [guid, name, way] of ways) {
    const { status, body } = await way();
    t.is(status, 201, `${guid}: ${body.toString()}`);
    const answer = JSON.parse(body.toString()) as Record<string, unknown>;
    t.like(answer, { guid: `${guid}/${name}`, state: 'READY', type: 'bits', sha1, sha256 });
    await pullable(t, guid, name);
  }
  const late = await put(`/droplets/later/${sha1}?async=true`, bytes);
  t.is(late.status, 202);
  await pullable(t, 'later', sha1);
});

test('a droplet is copied from another guid', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'to be copied');
  await put(`/droplets/copied-from/${sha1}`, bytes);
  const json = { 'Content-Type': 'application/json' };
  for (const [guid, source] of [
    ['copied-to-a', 'copied-from'],
    ['copied-to-b', `copied-from/${sha1}`],
  ] as const) {
    t.is((await put(`/droplets/${guid}/${sha1}`, JSON.stringify({ source_guid: source }), json)).status, 201);
    await pullable(t, guid, sha1);
  }
  t.is(
    (await put(`/droplets/copied-to-c/${sha1}`, JSON.stringify({ source_guid: 'nobody' }), json)).status,
    404,
  );
  t.is((await put(`/droplets/copied-to-c/${sha1}`, '{', json)).status, 400);
});

test('bytes that are not what was announced leave nothing', async (t) => {
  const { bytes, sha1, sha256 } = await tinyDroplet(t, 'mismatch');
  const no1 = '0'.repeat(40);
  const no256 = '0'.repeat(64);
  const multipart = form('droplet', bytes);
  const wrong: [string, () => Promise<Answer>][] = [
    [no1, () => put(`/droplets/wrong-guid/${no1}`, bytes)],
    [no256, () => put(`/droplets/wrong-guid/${no256}`, bytes)],
    [sha1, () => put(`/droplets/wrong-guid/${sha1}`, bytes, { Digest: `sha256=${no256}` })],
    [no256, () => put('/droplets/wrong-guid', bytes, { Digest: `sha256=${no256}` })],
    [no1, () => put(`/droplets/wrong-guid/${no1}`, multipart.body, multipart.headers)],
    [sha256, () => put(`/droplets/wrong-guid/${sha256}`, bytes.subarray(1))],
  ];
  for (const [name, way] of wrong) {
    const answer = await way();
    t.is(answer.status, 400, answer.body.toString());
    t.is(errorCode(answer), 'DIGEST_INVALID');
    t.is(await facade.facade.own.stat(`droplets/${sourceKey('wrong-guid', name)}`), undefined);
  }
  t.deepEqual(await keysBelow(facade.facade.own, 'v1/droplets/wrong-guid/'), []);
});

test('malformed requests say what is wrong', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'malformed');
  const multipart = form('other', bytes);
  const cut = form('droplet', bytes);
  const cases: [number, RegExp, () => Promise<Answer>][] = [
    [400, /Name the droplet/, () => put('/droplets/some-guid', bytes)],
    [400, /droplet's hash/, () => put('/droplets/some-guid/abc', bytes)],
    [400, /Digest must be/, () => put('/droplets/some-guid', bytes, { Digest: 'md5=abc' })],
    [400, /guid/, () => put(`/droplets/abc/${sha1}`, bytes)],
    [400, /guid/, () => put(`/droplets/UPPER-case/${sha1}`, bytes)],
    [400, /guid/, () => put(`/droplets/rootfs/${sha1}`, bytes)],
    [400, /guid/, () => put(`/droplets/%2e%2e%2fetc/${sha1}`, bytes)],
    [400, /stack/, () => put(`/droplets/some-guid/${sha1}?stack=cloudfoundry`, bytes)],
    [400, /no file part/, () => put(`/droplets/some-guid/${sha1}`, multipart.body, multipart.headers)],
    [
      400,
      /malformed|early/,
      () => put(`/droplets/some-guid/${sha1}`, cut.body.subarray(0, -30), cut.headers),
    ],
    [
      400,
      /boundary/,
      () => put(`/droplets/some-guid/${sha1}`, 'x', { 'Content-Type': 'multipart/form-data' }),
    ],
    [400, /guid/, () => ask(at(`/droplets/..%2F..%2Fetc/${sha1}`))],
    [404, /No droplet/, () => ask(at(`/droplets/some-guid/${sha1}`))],
    [404, /No droplet/, () => ask(at(`/droplets/some-guid/${sha1}`), { method: 'DELETE' })],
  ];
  for (const [status, message, way] of cases) {
    const answer = await way();
    t.is(answer.status, status, answer.body.toString());
    t.regex(answer.body.toString(), message);
  }
  t.deepEqual(await keysBelow(facade.facade.own, 'droplets/so/me/some-guid/'), []);
});

test('a multipart upload that fails before its part is read is an answer, and no end of the server', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'early');
  const { body, headers } = form('droplet', bytes);
  for (const [path, more] of [
    [`/droplets/some-guid/${sha1}`, { Digest: 'foo' }],
    [`/droplets/some-guid/${sha1}?stack=NO`, {}],
    [`/droplets/G/${sha1}`, {}],
  ] as const) {
    t.is((await put(path, body, { ...headers, ...more })).status, 400, path);
  }
  t.is((await ask(at('/livez'))).status, 200);
});

test('a droplet that is refused while somebody waits changes nothing about its guid', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'good one');
  await put(`/droplets/keeps-stack/${sha1}?wait=true`, bytes);
  const bad = Buffer.from('no tar.gz at all');
  const { status } = await put(`/droplets/keeps-stack/${hash('sha1', bad)}?wait=true&stack=elsewhere`, bad);
  t.is(status, 422);
  await pullable(t, 'keeps-stack', sha1);
});

test('a droplet that breaks a rule: with wait 422 and nothing kept, else 403 on pull, remembered', async (t) => {
  const bytes = Buffer.from('this is no tar.gz');
  const name = hash('sha1', bytes);
  const waited = await put(`/droplets/bad-waited/${name}?wait=true`, bytes);
  t.is(waited.status, 422);
  t.like(JSON.parse(waited.body.toString()), { errors: [{ code: 'REFUSED', detail: { rule: 'gzip' } }] });
  t.is((await ask(at(`/droplets/bad-waited/${name}`))).status, 404);
  t.is((await ask(at(`/v2/cloudfoundry/bad-waited/manifests/${name}`))).status, 404);

  t.is((await put(`/droplets/bad-stored/${name}`, bytes)).status, 201);
  for (let i = 0; i < 2; i++) {
    const pulled = await ask(at(`/v2/cloudfoundry/bad-stored/manifests/${name}`));
    t.is(pulled.status, 403);
    t.is(errorCode(pulled), 'DENIED');
    t.regex(pulled.body.toString(), /gzip/);
  }
  const refused = await ask(at('/api/v1/refused'));
  t.like(JSON.parse(refused.body.toString()), [{ guid: 'bad-stored', hash: name, rule: 'gzip' }]);
  const details = await ask(at(`/api/v1/droplets/bad-stored/${name}`));
  t.like(JSON.parse(details.body.toString()), { state: 'refused', refusal: { rule: 'gzip' } });
});

test('the droplet itself comes back, whole, in ranges, and as a head', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'come back');
  await put(`/droplets/come-back/${sha1}`, bytes);
  const path = at(`/droplets/come-back/${sha1}`);
  t.deepEqual((await ask(path)).body, bytes);
  t.deepEqual((await ask(path, { headers: { Range: 'bytes=3-9' } })).body, bytes.subarray(3, 10));
  const head = await ask(path, { method: 'HEAD' });
  t.is(head.status, 200);
  t.is(Number(head.headers['content-length']), bytes.length);
});

test('a deleted droplet is gone by tag at once, stays by digest, and can be put again', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'delete me');
  await put(`/droplets/delete-me/${sha1}?wait=true`, bytes);
  const tag = at(`/v2/cloudfoundry/delete-me/manifests/${sha1}`);
  const digest = String((await ask(tag)).headers['docker-content-digest']);
  t.is((await ask(at(`/droplets/delete-me/${sha1}`), { method: 'DELETE' })).status, 204);
  t.is((await ask(tag)).status, 404);
  t.is((await ask(at(`/droplets/delete-me/${sha1}`))).status, 404);
  const { status, body } = await ask(at(`/v2/cloudfoundry/delete-me/manifests/${digest}`));
  t.is(status, 200);
  for (const { digest: layer } of (JSON.parse(body.toString()) as { layers: { digest: string }[] }).layers) {
    t.is((await ask(at(`/v2/cloudfoundry/delete-me/blobs/${layer}`), { method: 'HEAD' })).status, 200);
  }
  t.is((await put(`/droplets/delete-me/${sha1}?wait=true`, bytes)).status, 201);
  t.is((await ask(tag)).headers['docker-content-digest'], digest);
});

test('the same droplet may be put again, also by many at once', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'again and again');
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => put(`/droplets/put-again/${sha1}?wait=true`, bytes)),
  );
  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  t.deepEqual(await keysBelow(facade.facade.own, 'v1/droplets/put-again/'), [
    `v1/droplets/put-again/${sha1}/f1-zstd.json`,
    ...(await keysBelow(facade.facade.own, 'v1/droplets/put-again/layers/')),
  ]);
});

test('a droplet belongs to the stack that it was put for', async (t) => {
  const { bytes, sha1 } = await tinyDroplet(t, 'of a stack');
  await facade.operator.rootfs.import('other-stack', '1.0', await tinyRootfs(t, 'other'), {});
  await facade.operator.rootfs.promote('other-stack', '1.0');
  await put(`/droplets/of-a-stack/${sha1}?stack=other-stack`, bytes);
  t.is((await ask(at(`/v2/other-stack/of-a-stack/manifests/${sha1}`))).status, 200);
  t.is((await ask(at(`/v2/${stack}/of-a-stack/manifests/${sha1}`))).status, 404);
  const moved = await ask(at('/api/v1/droplets/of-a-stack/stack'), {
    method: 'PUT',
    body: JSON.stringify({ stack }),
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(JSON.stringify({ stack }).length),
    },
  });
  t.is(moved.status, 204);
  t.is((await ask(at(`/v2/${stack}/of-a-stack/manifests/${sha1}`))).status, 200);
});
