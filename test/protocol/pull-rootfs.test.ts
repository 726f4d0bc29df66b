/** A facade that pulls its root filesystems from another: both ends of the protocol are ours. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test, { type ExecutionContext } from 'ava';
import { patiently } from '../../src/cli/patiently.ts';
import { remoteOperator } from '../../src/cli/remote.ts';
import { isFailure, type FailureCode } from '../../src/errors.ts';
import type { RootfsOperator } from '../../src/operator/operator.ts';
import { faultProxy } from '../helpers/fault-proxy.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { stack, startFacade } from './facade.ts';
import { ask, errorCode } from './request.ts';

const user = 'node:let me pull';
const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());
let source: Awaited<ReturnType<typeof openSource>>;

/** A facade with users and two versions, and who may pull them. */
async function openSource() {
  const folder = await tempDir(ends);
  await writeFile(join(folder, 'users'), `node:${await bcrypt('let me pull', { cost: 4 })}\n`);
  const { url, operator } = await startFacade(ends, { users: join(folder, 'users') });
  const { host, port } = new URL(url);
  for (const version of ['1.0', '2.0'])
    await operator.rootfs.import(stack, version, await tinyRootfs(ends, version), {});
  const auth = Buffer.from(user).toString('base64');
  return {
    port: Number(port),
    name: `${host}/${stack}/rootfs`,
    record: await operator.rootfs.version(stack, '1.0'),
    /** A file of its credentials, under the names of other ways to it as well. */
    allow: async (...hosts: string[]) => {
      const registryAuth = join(await tempDir(ends), 'config.json');
      const auths = Object.fromEntries([host, ...hosts].map((key) => [key, { auth }]));
      await writeFile(registryAuth, JSON.stringify({ auths }));
      return registryAuth;
    },
  };
}

test.before(async () => {
  source = await openSource();
});

function over({ url }: { url: string }): RootfsOperator {
  return remoteOperator({ url: new URL(url), user: 'admin', password: undefined }).rootfs;
}

async function failure(t: ExecutionContext, work: Promise<unknown>, code: FailureCode): Promise<string> {
  const error = await t.throwsAsync(work);
  t.true(isFailure(error, code), String(error));
  return error?.message ?? '';
}

for (const way of ['local', 'remote'] as const) {
  test(`a version comes as it is, and again changes nothing: ${way}`, async (t) => {
    const registryAuth = await source.allow();
    const facade = await startFacade(t, { registryAuth });
    const rootfs = way === 'local' ? facade.operator.rootfs : over(facade);
    const record = await rootfs.pull('copy', '1', `${source.name}:1.0`, {});
    const { layers, architecture } = source.record;
    t.is(record.architecture, architecture);
    t.deepEqual(
      record.layers.map(({ digest, diffId }) => [digest, diffId]),
      layers.map(({ digest, diffId }) => [digest, diffId]),
    );
    const sha256 = record.source.sha256 ?? '';
    t.deepEqual(await rootfs.pull('copy', '1', `docker://${source.name}:1.0`, { sha256 }), record);
    t.deepEqual(await rootfs.pull('copy', '1', `${source.name}@sha256:${sha256}`, {}), record);
    t.regex(
      await failure(t, rootfs.pull('copy', '1', `${source.name}:2.0`, {}), 'conflict'),
      /exists with other content/,
    );
    t.regex(
      await failure(t, rootfs.pull('copy', '2', `${source.name}:2.0`, { sha256 }), 'mismatch'),
      /has the digest sha256:/,
    );
    t.regex(
      await failure(t, rootfs.pull('copy', '3', `${source.name}:3.0`, {}), 'not-found'),
      /no such image/,
    );
    t.regex(
      await failure(t, rootfs.pull('copy', '3', 'nothing', {}), 'invalid'),
      /is no reference to an image/,
    );
    t.regex(
      await failure(t, rootfs.pull('copy', '3', 'r.example/a:1', { sha256: 'a' }), 'invalid'),
      /no SHA-256/,
    );
    t.regex(
      await failure(t, rootfs.pull('cloudfoundry', '3', 'r.example/a:1', {}), 'invalid'),
      /a stack's name/,
    );
    t.deepEqual((await rootfs.versions('copy')).length, 1);
  });
}

test('without credentials it is denied, which is no 401 of the facade itself', async (t) => {
  const facade = await startFacade(t);
  const message = await failure(t, over(facade).pull('copy', '1', `${source.name}:1.0`, {}), 'denied');
  t.regex(message, /wants other credentials: give them in .* registryAuth of the facade \(status 401\)/);
  const answer = await ask(`${facade.url}/api/v1/stacks/copy/rootfs/1`, {
    method: 'POST',
    body: JSON.stringify({ reference: `${source.name}:1.0` }),
  });
  t.is(answer.status, 403);
  t.is(errorCode(answer), 'DENIED');
  t.false(facade.lines.join('').includes(Buffer.from(user).toString('base64')));
});

test('who asks is held, told to come back, and shares one import with all others', async (t) => {
  const proxy = await faultProxy(t, source.port);
  const registryAuth = await source.allow(proxy.host);
  const facade = await startFacade(t, { registryAuth, limits: { holdSeconds: 0.3 } });
  proxy.next(1, { kind: 'delay', milliseconds: 3_000 }, { path: /blobs/ });
  const url = `${facade.url}/api/v1/stacks/copy/rootfs/1`;
  const reference = `${proxy.host}/${stack}/rootfs:1.0`;
  const body = JSON.stringify({ reference });
  const answers = await Promise.all([1, 2, 3].map(async () => ask(url, { method: 'POST', body })));
  for (const answer of answers) {
    t.is(answer.status, 429, String(answer.body));
    t.is(errorCode(answer), 'TOOMANYREQUESTS');
    t.is(answer.headers['retry-after'], '2');
  }
  const record = await patiently(async () => over(facade).pull('copy', '1', reference, {}));
  t.is(record.layers[0]?.digest, source.record.layers[0]?.digest);
  t.is(proxy.log.filter((line) => line.includes(`/blobs/${record.layers[0]?.digest}`)).length, 1);
  t.is((await ask(url, { method: 'POST', body })).status, 201);
});

test('a request that says too much or too little is refused', async (t) => {
  const { url } = await startFacade(t);
  for (const body of ['', '{}', '[]', '{"reference": 1}', '{"reference": "r.example/a:1", "more": true}']) {
    const answer = await ask(`${url}/api/v1/stacks/copy/rootfs/1`, { method: 'POST', body });
    t.is(answer.status, 400, body);
  }
});
