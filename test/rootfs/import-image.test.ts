/** Root filesystems from real registries. */
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { Failure, type FailureCode } from '../../src/errors.ts';
import { importImage, type ImageRequest } from '../../src/rootfs/import-image.ts';
import { importRootfs } from '../../src/rootfs/import.ts';
import type { RootfsRecord } from '../../src/rootfs/record.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { distribution } from '../helpers/distribution.ts';
import { faultProxy } from '../helpers/fault-proxy.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { certificates } from '../helpers/tls.ts';
import { issuer, service, tokenServer } from '../helpers/token-server.ts';
import { layerOf, openRegistry } from './pushed.ts';

const withRegistry = testWith('docker-registry', 'crane', 'tar');
const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

let opened: ReturnType<typeof openRegistry> | undefined;
/** Started by the test that needs it first. */
const registry = () => (opened ??= openRegistry(ends));

async function openStore(t: ExecutionContext): Promise<DirectoryStore> {
  return DirectoryStore.open(join(await tempDir(t), 'data'));
}

async function pull(
  store: DirectoryStore,
  reference: string,
  more: Partial<ImageRequest> = {},
): Promise<RootfsRecord> {
  const { temporaryDirectory } = store;
  return importImage(store, { stack: 's', version: '1', reference, temporaryDirectory, ...more });
}

/** It fails so, and leaves nothing, neither in the store nor beside it. */
async function fails(
  t: ExecutionContext,
  reference: string,
  code: FailureCode,
  says: RegExp,
  more: Partial<ImageRequest> = {},
): Promise<void> {
  const store = await openStore(t);
  const error = await t.throwsAsync(pull(store, reference, more), { instanceOf: Failure, message: says });
  t.is(error.code, code, error.message);
  t.notRegex(error.message, /\n/);
  t.deepEqual(await Array.fromAsync(store.list('')), []);
  t.deepEqual(await readdir(store.temporaryDirectory), []);
}

/** A file of credentials. */
async function authFile(t: ExecutionContext, auths: Record<string, string>): Promise<string> {
  const path = join(await tempDir(t), 'config.json');
  const entries = Object.entries(auths).map(([key, user]) => [
    key,
    { auth: Buffer.from(user).toString('base64') },
  ]);
  await writeFile(path, JSON.stringify({ auths: Object.fromEntries(entries) }));
  return path;
}

withRegistry('layers come as they are, in each form', async (t) => {
  const { host, push } = await registry();
  const tars = [await tinyRootfs(t, 'bottom'), await tinyRootfs(t, 'middle'), await tinyRootfs(t, 'top')];
  const [gzip, zstd, none] = [
    await layerOf(tars[0] ?? ''),
    await layerOf(tars[1] ?? '', 'zstd'),
    await layerOf(tars[2] ?? '', 'none'),
  ];
  const digest = await push('forms:1', { layers: [gzip, zstd, none], created: '2026-01-02T03:04:05Z' });
  const store = await openStore(t);
  const record = await pull(store, `${host}/forms:1`, { sha256: digest });
  t.like(record, {
    os: 'linux',
    architecture: 'amd64',
    created: '2026-01-02T03:04:05Z',
    source: { kind: 'oci-layout', sha256: digest.replace('sha256:', '') },
  });
  t.deepEqual(
    record.layers.slice(0, 2).map(({ size, mediaType }) => [size, mediaType]),
    [gzip, zstd].map(({ bytes, mediaType }) => [bytes.length, mediaType]),
  );
  t.is(record.layers.length, 3);
  t.deepEqual(await readdir(store.temporaryDirectory), []);
  t.deepEqual(await pull(store, `${host}/forms:1`, { plainHttp: true }), record);
  for (const reference of [
    `docker://${host}/forms:1`,
    `${host}/forms@${digest}`,
    `${host}/forms:1@${digest}`,
  ])
    t.deepEqual(await pull(store, reference), record);
});

withRegistry("docker's media types are taken, and mean the same", async (t) => {
  const { host, push, crane } = await registry();
  await push('docker:oci', { layers: [await layerOf(await tinyRootfs(t, 'docker'))] });
  const image = {
    layers: [
      {
        ...(await layerOf(await tinyRootfs(t, 'docker'))),
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      },
    ],
    manifestType: 'application/vnd.docker.distribution.manifest.v2+json',
    configType: 'application/vnd.docker.container.image.v1+json',
  };
  await push('docker:2', image);
  t.regex((await crane(['manifest', `${host}/docker:2`])).stdout, /docker\.distribution\.manifest/);
  const store = await openStore(t);
  const record = await pull(store, `${host}/docker:2`);
  t.like(record.layers[0], { mediaType: image.layers[0]?.mediaType });
  t.deepEqual(await pull(store, `${host}/docker:oci`), record, 'the same layers are the same version');
});

withRegistry('a version that is there is compared before a layer is pulled', async (t) => {
  const { host, port, push } = await registry();
  const tar = await tinyRootfs(t, 'known');
  await push('known:1', { layers: [await layerOf(tar)] });
  await push('known:2', { layers: [await layerOf(await tinyRootfs(t, 'another'))] });
  const store = await openStore(t);
  const { temporaryDirectory } = store;
  const record = await importRootfs(store, {
    stack: 's',
    version: '1',
    path: tar,
    temporaryDirectory,
    architecture: 'amd64',
  });
  const proxy = await faultProxy(t, port);
  t.deepEqual(await pull(store, `${proxy.host}/known:1`), record);
  const error = await t.throwsAsync(pull(store, `${proxy.host}/known:2`), { instanceOf: Failure });
  t.is(error.code, 'conflict');
  t.regex(error.message, /exists with other content/);
  t.is(proxy.log.filter((line) => line.includes('/blobs/')).length, 2, 'two configs');
  t.true(host !== proxy.host);
});

withRegistry('of an index the wanted image is taken, and no other', async (t) => {
  const { host, port, push } = await registry();
  const image = async (architecture: string, more = {}) => ({
    layers: [await layerOf(await tinyRootfs(t, architecture))],
    platform: { os: 'linux', architecture },
    ...more,
  });
  const digest = await push(
    'index:1',
    await image('arm64'),
    await image('amd64'),
    await image('unknown', { platform: { os: 'unknown', architecture: 'unknown' } }),
  );
  const proxy = await faultProxy(t, port);
  const record = await pull(await openStore(t), `${proxy.host}/index:1`, { sha256: digest });
  t.like(record, { architecture: 'amd64', source: { sha256: digest.replace('sha256:', '') } });
  t.is(proxy.log.filter((line) => line.includes('/blobs/')).length, 2, 'a config and a layer');
  t.is((await pull(await openStore(t), `${host}/index:1`, { architecture: 'arm64' })).architecture, 'arm64');
  await fails(
    t,
    `${host}/index:1`,
    'invalid',
    /has no image for linux\/s390x, but for linux\/arm64, linux\/amd64:/,
    {
      architecture: 's390x',
    },
  );
  await fails(t, `${host}/index:1`, 'invalid', /has no image for windows\/amd64/, { os: 'windows' });
  await push('single:1', await image('arm64'));
  t.is((await pull(await openStore(t), `${host}/single:1`)).architecture, 'arm64');
  await fails(t, `${host}/single:1`, 'invalid', /none of its images is for any system\/amd64/, {
    architecture: 'amd64',
  });
});

withRegistry('with users, only the right ones get it', async (t) => {
  const { root, push } = await registry();
  const digest = await push('users:1', { layers: [await layerOf(await tinyRootfs(t, 'users'))] });
  const host = await distribution(t, root, { user: 'puller:s3cret:pw' });
  const reference = `${host}/users:1`;
  const right = await authFile(t, { [host]: 'puller:s3cret:pw', 'elsewhere.example': 'a:b' });
  t.is((await pull(await openStore(t), reference, { registryAuth: right, sha256: digest })).version, '1');
  const byUrl = await authFile(t, { [`https://${host}/v1/`]: 'puller:s3cret:pw' });
  t.is((await pull(await openStore(t), reference, { registryAuth: byUrl })).version, '1');
  await fails(t, reference, 'denied', /wants other credentials: give them in the file of --registry-auth/);
  for (const auths of [
    { [host]: 'puller:wrong-pw' },
    { [host]: 'nobody:s3cret:pw' },
    { 'a.example': 'a:b' },
  ]) {
    const registryAuth = await authFile(t, auths);
    await fails(t, reference, 'denied', /^Cannot pull (?!.*(?:s3cret|wrong-pw)).*wants other credentials/, {
      registryAuth,
    });
  }
});

withRegistry('with tokens, one is asked for, for this repository and for pulling alone', async (t) => {
  const { root, push } = await registry();
  await push('of/tokens:1', { layers: [await layerOf(await tinyRootfs(t, 'tokens'))] });
  const keys = await certificates(t);
  const { realm, asked } = await tokenServer(t, keys, 'puller:pw');
  const host = await distribution(t, root, { realm, service, issuer, ca: keys.ca });
  const reference = `${host}/of/tokens:1`;
  const right = await authFile(t, { [host]: 'puller:pw' });
  t.is((await pull(await openStore(t), reference, { registryAuth: right })).version, '1');
  t.deepEqual(asked.map(String), [
    String(new URLSearchParams({ service, scope: 'repository:of/tokens:pull' })),
  ]);
  await fails(t, reference, 'denied', /wants other credentials/);
  const wrong = await authFile(t, { [host]: 'puller:wrong' });
  await fails(t, reference, 'denied', /127\.0\.0\.1:\d+ wants other credentials/, { registryAuth: wrong });
});

withRegistry('what breaks in the middle is resumed', async (t) => {
  const { port, push } = await registry();
  const tar = await tinyRootfs(t, randomBytes(3_000_000).toString('base64'));
  await push('broken:1', { layers: [await layerOf(tar)] });
  const proxy = await faultProxy(t, port);
  const layer = { path: /blobs/ };
  proxy.next(1, { kind: 'answer', status: 503 }, { path: /manifests/ });
  proxy.next(1, { kind: 'lose' }, { path: /manifests/ });
  proxy.next(1, { kind: 'delay', milliseconds: 1 }, layer);
  proxy.next(1, { kind: 'truncate', after: 500_000 }, layer);
  proxy.next(1, { kind: 'answer', status: 500 }, { ...layer, ranged: true });
  proxy.next(2, { kind: 'reset', after: 400_000 }, { ...layer, ranged: true });
  t.is((await pull(await openStore(t), `${proxy.host}/broken:1`)).version, '1');
  t.is(proxy.counters.truncate, 1);
  t.is(proxy.counters.reset, 2);
  t.true(proxy.log.filter((line) => line.includes('bytes=')).length >= 4, proxy.log.join('\n'));

  proxy.next(1, { kind: 'delay', milliseconds: 1 }, layer);
  proxy.next(1, { kind: 'stall', after: 100_000 }, layer);
  const timeouts = { connect: 5_000, answer: 20_000, idle: 500 };
  t.is((await pull(await openStore(t), `${proxy.host}/broken:1`, { timeouts })).version, '1');
  t.is(proxy.counters.stall, 1);

  proxy.random(1, [{ kind: 'reset', after: 0 }], layer);
  await fails(t, `${proxy.host}/broken:1`, 'unavailable', /^Cannot pull \S+: it breaks the connection$/);
});

withRegistry('bytes that are not those that were meant are refused', async (t) => {
  const { host, port, push } = await registry();
  const tar = await tinyRootfs(t, randomBytes(100_000).toString('base64'));
  const digest = await push('bytes:1', { layers: [await layerOf(tar)] });
  const other = `sha256:${'0'.repeat(64)}`;
  await fails(
    t,
    `${host}/bytes:1`,
    'mismatch',
    /it has the digest sha256:[0-9a-f]{64}, not sha256:0+; nothing/,
    {
      sha256: other,
    },
  );
  await fails(t, `${host}/bytes:1`, 'invalid', /"abc" is no SHA-256/, { sha256: 'abc' });
  await fails(t, `${host}/bytes@${other}`, 'not-found', /has no such image, or shows it to others alone/);
  const proxy = await faultProxy(t, port);
  proxy.next(1, { kind: 'corrupt', at: 3 }, { path: /manifests/ });
  await fails(t, `${proxy.host}/bytes:1`, 'mismatch', /its manifest hashes to/);
  proxy.next(1, { kind: 'delay', milliseconds: 1 }, { path: /blobs/ });
  proxy.next(1, { kind: 'corrupt', at: 5_000 }, { path: /blobs/ });
  await fails(t, `${proxy.host}/bytes@${digest}`, 'mismatch', /its blob sha256:\S+ hashes to sha256:/);
});

withRegistry('what is no image to import is told before its layers come', async (t) => {
  const { host, port, push } = await registry();
  const layer = await layerOf(await tinyRootfs(t, 'types'));
  for (const [tag, mediaType, says] of [
    [
      'foreign',
      'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
      /registries do not give away/,
    ],
    ['wasm', 'application/wasm', /media type application\/wasm, which is not that of a layer to serve/],
  ] as const) {
    await push(`types:${tag}`, { layers: [{ ...layer, mediaType }] });
    const proxy = await faultProxy(t, port);
    await fails(t, `${proxy.host}/types:${tag}`, 'invalid', says);
    t.is(proxy.log.filter((line) => line.includes('/blobs/')).length, 0);
  }
  await push('types:large', { layers: [layer] });
  const limits = { bytes: 100, entries: 10, ratio: 10, ratioFrom: 10 };
  await fails(t, `${host}/types:large`, 'too-large', /its layers have \d+ bytes, more than 100/, { limits });
  await fails(t, `${host}/types:none`, 'not-found', /^Cannot pull \S+\/types:none: 127\S+ has no such image/);
  await fails(t, `${host}/types:large`, 'invalid', /"" cannot be the os/, { os: '' });
  await fails(t, 'no reference', 'invalid', /"no reference" is no reference to an image: write host/);
});

test('hosts that do not answer are told apart', async (t) => {
  await fails(t, 'no-such-host.invalid/a:1', 'not-found', /^Cannot pull \S+: there is no such host$/);
  await fails(t, '127.0.0.1:1/a:1', 'unavailable', /nobody listens there/);
  await fails(t, '169.254.169.254/a:1', 'denied', /169\.254\.169\.254 is a link-local address/);
  await fails(t, '[fe80::1]/a:1', 'denied', /link-local/);
  await fails(t, '[::ffff:169.254.1.1]/a:1', 'denied', /link-local/);
  await fails(t, '127.0.0.1:1/a:1', 'unavailable', /Cannot use the registry credentials in \S+gone: ENOENT/, {
    registryAuth: '/gone',
  });
});

testWith(
  'docker-registry',
  'crane',
  'tar',
  'root',
)('a full disk is told, and left as it was', async (t) => {
  const { host, push } = await registry();
  const tar = await tinyRootfs(t, randomBytes(15_000_000).toString('base64'));
  await push('disk:1', { layers: [await layerOf(tar)] });
  const store = await DirectoryStore.open(join(await smallDisk(t, 10), 'data'));
  const error = await t.throwsAsync(pull(store, `${host}/disk:1`), { instanceOf: Failure });
  t.is(error.code, 'no-space');
  t.regex(error.message, /^Cannot pull \S+\/disk:1: the disk under \S+ is full; free some space$/);
  t.deepEqual(await readdir(store.temporaryDirectory), []);
});
