/** The pull side of the registry as clients see it, a row for each request; numbers are points of the client checklist. */
import test from 'ava';
import { hash, tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask, errorCode, type Answer, type Ask } from './request.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

const guid = '4c2e9d1a-app';
const other = 'other-guid';
let facade: Awaited<ReturnType<typeof startFacade>>;
let droplet: TinyDroplet;
let manifest: { bytes: Buffer; digest: string; config: string; layers: { digest: string; size: number }[] };

test.before(async () => {
  facade = await startFacade(ends);
  const { rootfs } = facade.operator;
  await rootfs.import(stack, '1.0', await tinyRootfs(ends, 'one'), {});
  await rootfs.import(stack, '2.0', await tinyRootfs(ends, 'two'), {});
  await rootfs.import('windows', '1.0', await tinyRootfs(ends, 'other'), {
    os: 'windows',
    osVersion: '10.0.1',
  });
  await rootfs.promote(stack, '1.0');
  await rootfs.promote('windows', '1.0');
  droplet = await tinyDroplet(ends, 'hello');
  await putDroplet(facade.operator, guid, droplet);
  await putDroplet(facade.operator, other, await tinyDroplet(ends, 'other'), { stack: 'windows' });
  const { body } = await get(`cloudfoundry/${guid}/manifests/${droplet.sha1}`);
  const parsed = JSON.parse(body.toString()) as {
    config: { digest: string };
    layers: { digest: string; size: number }[];
  };
  manifest = {
    bytes: body,
    digest: `sha256:${hash('sha256', body)}`,
    config: parsed.config.digest,
    layers: parsed.layers,
  };
});

const get = (path: string, options: Ask = {}): Promise<Answer> => ask(`${facade.url}/v2/${path}`, options);
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const no = '0'.repeat(64);

type Row = {
  point: number;
  what: string;
  path: () => string;
  ask?: Ask;
  status: number;
  code?: string;
  headers?: Record<string, string | RegExp | undefined>;
  body?: () => string | Buffer;
};

const tag = (): string => `cloudfoundry/${guid}/manifests/${droplet.sha1}`;
const blob = (): string => `cloudfoundry/${guid}/blobs/${manifest.layers.at(-1)?.digest ?? ''}`;
const size = (): number => manifest.layers.at(-1)?.size ?? 0;

const rows: Row[] = [
  {
    point: 1,
    what: 'the root answers',
    path: () => '',
    status: 200,
    headers: { 'docker-distribution-api-version': 'registry/2.0' },
  },
  {
    point: 4,
    what: 'a tag',
    path: tag,
    status: 200,
    headers: { 'content-type': manifestType, etag: /^"sha256:/ },
  },
  {
    point: 5,
    what: 'a digest',
    path: () => `cloudfoundry/${guid}/manifests/${manifest.digest}`,
    status: 200,
    headers: { 'content-type': manifestType },
  },
  {
    point: 2,
    what: 'the stack named',
    path: () => `${stack}/${guid}/manifests/${droplet.sha1}`,
    status: 200,
    body: () => manifest.bytes,
  },
  {
    point: 2,
    what: 'a digest under the stack',
    path: () => `${stack}/${guid}/manifests/${manifest.digest}`,
    status: 200,
    body: () => manifest.bytes,
  },
  {
    point: 2,
    what: 'a pinned version',
    path: () => `${stack}/${guid}/manifests/${droplet.sha1}-2.0`,
    status: 200,
  },
  {
    point: 2,
    what: 'pinned to the promoted one',
    path: () => `${stack}/${guid}/manifests/${droplet.sha1}-1.0`,
    status: 200,
    body: () => manifest.bytes,
  },
  {
    point: 2,
    what: 'pinned over another stack',
    path: () => `windows/${guid}/manifests/${droplet.sha1}-1.0`,
    status: 200,
  },
  {
    point: 2,
    what: 'a rootfs',
    path: () => `${stack}/rootfs/manifests/2.0`,
    status: 200,
    headers: { 'content-type': manifestType },
  },
  {
    point: 17,
    what: "another stack's name",
    path: () => `windows/${guid}/manifests/${droplet.sha1}`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: "a digest under another stack's name",
    path: () => `windows/${guid}/manifests/${manifest.digest}`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: 'an unknown version',
    path: () => `${stack}/${guid}/manifests/${droplet.sha1}-3.0`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: 'an unknown hash',
    path: () => `cloudfoundry/${guid}/manifests/${no}`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: 'a tag of another form',
    path: () => `cloudfoundry/${guid}/manifests/latest`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: 'an unknown digest',
    path: () => `cloudfoundry/${guid}/manifests/sha256:${no}`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: 'a digest of another algorithm',
    path: () => `cloudfoundry/${guid}/manifests/sha512:${no}${no}`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 17,
    what: 'a name of one component',
    path: () => 'cloudfoundry/manifests/latest',
    status: 404,
    code: 'NAME_UNKNOWN',
  },
  {
    point: 17,
    what: 'a name of three',
    path: () => 'a/b/cccc/manifests/latest',
    status: 404,
    code: 'NAME_UNKNOWN',
  },
  {
    point: 17,
    what: 'an unknown blob',
    path: () => `cloudfoundry/${guid}/blobs/sha256:${no}`,
    status: 404,
    code: 'BLOB_UNKNOWN',
  },
  {
    point: 17,
    what: 'tags of an unknown name',
    path: () => 'cloudfoundry/never-put/tags/list',
    status: 404,
    code: 'NAME_UNKNOWN',
  },
  {
    point: 17,
    what: 'a malformed name',
    path: () => `Cloudfoundry/${guid}/manifests/x`,
    status: 400,
    code: 'NAME_INVALID',
  },
  {
    point: 17,
    what: 'a name with a dot segment',
    path: () => `cloudfoundry/a..b/manifests/x`,
    status: 400,
    code: 'NAME_INVALID',
  },
  {
    point: 17,
    what: 'broken percent-encoding',
    path: () => `cloudfoundry/%zz/manifests/x`,
    status: 400,
    code: 'NAME_INVALID',
  },
  {
    point: 17,
    what: 'a malformed tag',
    path: () => `cloudfoundry/${guid}/manifests/-x`,
    status: 400,
    code: 'TAG_INVALID',
  },
  {
    point: 17,
    what: 'a malformed digest',
    path: () => `cloudfoundry/${guid}/manifests/sha256:12`,
    status: 400,
    code: 'DIGEST_INVALID',
  },
  {
    point: 17,
    what: 'a digest in upper case',
    path: () => `cloudfoundry/${guid}/manifests/sha256:${'A'.repeat(64)}`,
    status: 400,
    code: 'DIGEST_INVALID',
  },
  {
    point: 17,
    what: 'a malformed blob digest',
    path: () => `cloudfoundry/${guid}/blobs/sha256:xyz`,
    status: 400,
    code: 'DIGEST_INVALID',
  },
  {
    point: 15,
    what: 'a manifest is no blob',
    path: () => `cloudfoundry/${guid}/blobs/${manifest.digest}`,
    status: 404,
    code: 'BLOB_UNKNOWN',
  },
  {
    point: 15,
    what: 'a config is no manifest',
    path: () => `cloudfoundry/${guid}/manifests/${manifest.config}`,
    status: 404,
    code: 'MANIFEST_UNKNOWN',
  },
  {
    point: 15,
    what: "another guid's layer",
    path: () => `cloudfoundry/${other}/blobs/${manifest.layers.at(-1)?.digest}`,
    status: 404,
    code: 'BLOB_UNKNOWN',
  },
  {
    point: 15,
    what: "another guid's config",
    path: () => `cloudfoundry/${other}/blobs/${manifest.config}`,
    status: 404,
    code: 'BLOB_UNKNOWN',
  },
  {
    point: 15,
    what: 'a rootfs layer where no droplet is',
    path: () => `cloudfoundry/never-put/blobs/${manifest.layers[0]?.digest}`,
    status: 404,
    code: 'BLOB_UNKNOWN',
  },
  {
    point: 15,
    what: "a rootfs layer under another stack's name",
    path: () => `windows/${other}/blobs/${manifest.layers[0]?.digest}`,
    status: 404,
    code: 'BLOB_UNKNOWN',
  },
  {
    point: 15,
    what: 'a config',
    path: () => `cloudfoundry/${guid}/blobs/${manifest.config}`,
    status: 200,
    headers: { 'content-type': 'application/octet-stream' },
  },
  {
    point: 15,
    what: 'a rootfs layer',
    path: () => `${stack}/${guid}/blobs/${manifest.layers[0]?.digest}`,
    status: 200,
  },
  {
    point: 15,
    what: 'a launcher layer',
    path: () => `cloudfoundry/${guid}/blobs/${manifest.layers.at(-2)?.digest}`,
    status: 200,
  },
  {
    point: 8,
    what: 'a whole blob',
    path: blob,
    status: 200,
    headers: { 'accept-ranges': 'bytes', 'content-length': /^\d+$/ },
  },
  {
    point: 8,
    what: 'not changed',
    path: blob,
    ask: { headers: { 'If-None-Match': 'W/"x", *' } },
    status: 200,
  },
  {
    point: 8,
    what: 'If-None-Match *',
    path: blob,
    ask: { headers: { 'If-None-Match': '*' } },
    status: 304,
    headers: { 'content-type': undefined },
  },
  {
    point: 8,
    what: 'a unit we do not know',
    path: blob,
    ask: { headers: { Range: 'lines=1-2' } },
    status: 200,
  },
  { point: 8, what: 'a malformed range', path: blob, ask: { headers: { Range: 'bytes=a-b' } }, status: 200 },
  {
    point: 8,
    what: 'a start past the end',
    path: blob,
    ask: { headers: { Range: 'bytes=99999999-' } },
    status: 416,
    headers: { 'content-range': /^bytes \*\/\d+$/ },
  },
  {
    point: 8,
    what: 'an end before the start',
    path: blob,
    ask: { headers: { Range: 'bytes=500-0' } },
    status: 416,
    headers: { 'content-range': /^bytes \*\/\d+$/ },
  },
  {
    point: 8,
    what: 'a range of a HEAD',
    path: blob,
    ask: { method: 'HEAD', headers: { Range: 'bytes=0-1' } },
    status: 200,
  },
  {
    point: 8,
    what: 'If-Range of another entity',
    path: blob,
    ask: { headers: { Range: 'bytes=0-1', 'If-Range': '"other"' } },
    status: 200,
  },
  {
    point: 8,
    what: 'If-Range by date',
    path: blob,
    ask: { headers: { Range: 'bytes=0-1', 'If-Range': new Date().toUTCString() } },
    status: 200,
  },
  {
    point: 7,
    what: 'never encoded',
    path: blob,
    ask: { headers: { 'Accept-Encoding': 'zstd, gzip, deflate' } },
    status: 200,
    headers: { 'content-encoding': undefined },
  },
  {
    point: 7,
    what: 'nor a manifest',
    path: tag,
    ask: { headers: { 'Accept-Encoding': 'zstd, gzip, deflate' } },
    status: 200,
    headers: { 'content-encoding': undefined },
  },
  {
    point: 6,
    what: 'Accept of everything',
    path: tag,
    ask: { headers: { Accept: '*/*' } },
    status: 200,
    body: () => manifest.bytes,
  },
  {
    point: 6,
    what: 'Accept of what we do not have first',
    path: tag,
    ask: { headers: { Accept: ['application/vnd.docker.distribution.manifest.list.v2+json', manifestType] } },
    status: 200,
    body: () => manifest.bytes,
  },
  {
    point: 6,
    what: 'Accept of what we do not have',
    path: tag,
    ask: { headers: { Accept: 'text/html' } },
    status: 200,
    body: () => manifest.bytes,
  },
  {
    point: 16,
    what: 'a HEAD stays here',
    path: blob,
    ask: { method: 'HEAD' },
    status: 200,
    headers: { location: undefined },
  },
  {
    point: 18,
    what: 'an upload',
    path: () => `cloudfoundry/${guid}/blobs/uploads/`,
    ask: { method: 'POST' },
    status: 405,
    code: 'UNSUPPORTED',
    headers: { allow: 'GET, HEAD' },
  },
  {
    point: 18,
    what: 'a manifest put',
    path: tag,
    ask: { method: 'PUT', body: '{}' },
    status: 405,
    code: 'UNSUPPORTED',
    headers: { allow: 'GET, HEAD' },
  },
  {
    point: 18,
    what: 'a delete',
    path: tag,
    ask: { method: 'DELETE' },
    status: 405,
    code: 'UNSUPPORTED',
    headers: { allow: 'GET, HEAD' },
  },
  {
    point: 18,
    what: 'a patch of the root',
    path: () => '',
    ask: { method: 'PATCH' },
    status: 405,
    code: 'UNSUPPORTED',
  },
  {
    point: 0,
    what: 'referrers',
    path: () => `cloudfoundry/${guid}/referrers/${manifest.digest}`,
    status: 200,
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
  },
  {
    point: 0,
    what: 'referrers of nothing',
    path: () => `cloudfoundry/${guid}/referrers/sha256:${no}`,
    status: 200,
  },
  {
    point: 0,
    what: 'referrers of nonsense',
    path: () => `cloudfoundry/${guid}/referrers/sha256:1`,
    status: 400,
    code: 'DIGEST_INVALID',
  },
  {
    point: 0,
    what: 'a mirror names its upstream',
    path: () => `${tag()}?ns=registry.example.org`,
    status: 200,
    body: () => manifest.bytes,
  },
];

for (const row of rows) {
  test(`${row.point}: ${row.what} -> ${row.status}`, async (t) => {
    const answer = await get(row.path(), row.ask);
    t.is(answer.status, row.status, answer.body.toString().slice(0, 300));
    if (row.code !== undefined) t.is(errorCode(answer), row.code);
    for (const [name, value] of Object.entries(row.headers ?? {})) {
      if (value instanceof RegExp) t.regex(String(answer.headers[name]), value, name);
      else t.is(answer.headers[name], value, name);
    }
    if (row.body !== undefined) t.is(answer.body.toString('latin1'), row.body().toString('latin1'));
  });
}

test('2 and 15: every blob that a manifest names is there, with its digest and size', async (t) => {
  const wanted = [...manifest.layers, { digest: manifest.config, size: undefined }];
  for (const { digest, size: expected } of wanted) {
    const { status, body } = await get(`cloudfoundry/${guid}/blobs/${digest}`);
    t.is(status, 200);
    t.is(`sha256:${hash('sha256', body)}`, digest);
    if (expected !== undefined) t.is(body.length, expected);
  }
  t.is(manifest.layers.length, 3, 'rootfs, launcher, droplet');
});

test('4: HEAD is GET without the body', async (t) => {
  for (const path of [
    tag(),
    blob(),
    `cloudfoundry/${guid}/blobs/${manifest.config}`,
    `${stack}/rootfs/manifests/1.0`,
  ]) {
    const [head, whole] = [await get(path, { method: 'HEAD' }), await get(path)];
    t.is(head.status, 200);
    t.is(head.body.length, 0);
    for (const name of ['content-type', 'content-length', 'docker-content-digest', 'etag', 'accept-ranges']) {
      t.is(head.headers[name], whole.headers[name], name);
    }
    t.is(Number(head.headers['content-length']), whole.body.length);
    t.is(whole.headers['docker-content-digest'], `sha256:${hash('sha256', whole.body)}`);
  }
});

test('4: HEAD of what is not there is an error without a body', async (t) => {
  const { status, body } = await get(`cloudfoundry/${guid}/manifests/${no}`, { method: 'HEAD' });
  t.is(status, 404);
  t.is(body.length, 0);
});

test('8: ranges are exact', async (t) => {
  const whole = (await get(blob())).body;
  const last = size() - 1;
  const cases: [string, number, number][] = [
    ['bytes=0-', 0, last],
    ['bytes=7-', 7, last],
    ['bytes=-5', size() - 5, last],
    ['bytes=3-3', 3, 3],
    ['bytes=2-11', 2, 11],
    [`bytes=10-${size() + 1000}`, 10, last],
    [`bytes=-${size() + 1000}`, 0, last],
    ['bytes=0-0', 0, 0],
  ];
  for (const [range, start, end] of cases) {
    const { status, headers, body } = await get(blob(), { headers: { Range: range } });
    t.is(status, 206, range);
    t.is(headers['content-range'], `bytes ${start}-${end}/${size()}`, range);
    t.is(Number(headers['content-length']), end - start + 1, range);
    t.deepEqual(body, whole.subarray(start, end + 1), range);
  }
  const same = await get(blob(), {
    headers: { Range: 'bytes=1-2', 'If-Range': `"${manifest.layers.at(-1)?.digest}"` },
  });
  t.is(same.status, 206);
});

test('8: several ranges come as multipart, and 1024 of them are no burden', async (t) => {
  const whole = (await get(blob())).body;
  const two = await get(blob(), { headers: { Range: 'bytes=0-3,10-12' } });
  t.is(two.status, 206);
  const [, boundary = ''] =
    /^multipart\/byteranges; boundary=(.+)$/.exec(two.headers['content-type'] ?? '') ?? [];
  t.is(Number(two.headers['content-length']), two.body.length);
  const parts = two.body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  t.is(parts.length, 2);
  t.true(parts[0]?.includes(`Content-Range: bytes 0-3/${size()}`));
  t.true(parts[1]?.endsWith(`\r\n\r\n${whole.subarray(10, 13).toString('latin1')}\r\n`));

  const many = `bytes=${Array.from({ length: 1024 }, (_, i) => `${i % size()}-${i % size()}`).join(',')}`;
  const answer = await get(blob(), { headers: { Range: many.padEnd(18_000, ' ') } });
  t.true([200, 206].includes(answer.status), String(answer.status));
});

test('8 and 4: a manifest that is known is not sent again', async (t) => {
  const { headers } = await get(tag());
  const again = await get(tag(), { headers: { 'If-None-Match': headers.etag ?? '' } });
  t.is(again.status, 304);
  t.is(again.body.length, 0);
});

test('tags are the bare hashes of what exists, in pages', async (t) => {
  const list = async (query: string): Promise<{ tags: string[]; link: string | undefined }> => {
    const { body, headers } = await get(`cloudfoundry/paged-guid/tags/list${query}`);
    const { tags } = JSON.parse(body.toString()) as { tags: string[] };
    return { tags, link: typeof headers.link === 'string' ? headers.link : undefined };
  };
  const hashes: string[] = [];
  for (const content of ['a', 'b', 'c']) {
    const one = await tinyDroplet(ends, content);
    hashes.push(one.sha1);
    await putDroplet(facade.operator, 'paged-guid', one);
  }
  hashes.sort();
  t.deepEqual(await list(''), { tags: hashes, link: undefined });
  t.deepEqual(await list('?n=0'), { tags: [], link: undefined });
  const first = await list('?n=2');
  t.deepEqual(first.tags, hashes.slice(0, 2));
  const [, next = ''] = /^<(.+)>; rel="next"$/.exec(first.link ?? '') ?? [];
  t.deepEqual(await list(next.slice(next.indexOf('?'))), { tags: hashes.slice(2), link: undefined });
  t.deepEqual((await list(`?last=${hashes[0]}`)).tags, hashes.slice(1));
  t.is((await get('cloudfoundry/paged-guid/tags/list?n=x')).status, 400);
  await facade.operator.droplets.remove('paged-guid', hashes[1] ?? '');
  t.deepEqual((await list('')).tags, [hashes[0], hashes[2]]);
  t.is((await get(`windows/paged-guid/tags/list`)).status, 404);
  const versions = await get(`${stack}/rootfs/tags/list`);
  t.deepEqual(JSON.parse(versions.body.toString()), { name: `${stack}/rootfs`, tags: ['1.0', '2.0'] });
});
