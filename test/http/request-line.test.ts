/** The line that the log has of each request, and what the metrics make of it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { ConfigInput } from '../../src/config/schema.ts';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import { startVersitygw, type Versitygw } from '../helpers/versitygw.ts';
import { putDroplet, stack, startFacade } from '../protocol/facade.ts';
import { ask, type Answer, type Ask } from '../protocol/request.ts';
import { until } from '../crash/processes.ts';

const run = testWith('tar');
const withS3 = testWith('versitygw', 'setpriv', 'tar');

const guid = 'some-guid';

type Line = {
  id: string;
  method: string;
  path: string;
  status: number;
  cache?: string;
  bytes: number;
  ms: number;
  user?: string;
  client: string;
  error?: string;
};

run('a line says who asked for what, and what came of it', async (t) => {
  const { url, request, pulled } = await provide(t);
  const { answer, line } = await request(`${pulled}?token=secret`, { from: '127.0.0.9' });
  t.is(line.id, String(answer.headers['x-request-id']));
  t.like(line, { method: 'GET', path: pulled, status: 200, user: 'anonymous', client: '127.0.0.9' });
  t.true(line.bytes > answer.body.length);
  t.true(line.ms > 0);

  const missing = await request('/v2/cloudfoundry/some-guid/manifests/latest');
  t.like(missing.line, { status: 404, cache: undefined });
  t.regex(missing.line.error ?? '', /hash of a droplet/);
  const metrics = String((await ask(`${url}/metrics`)).body);
  t.regex(metrics, /^dropstack_manifest_duration_seconds_count\{cache="none"\} 1$/m);
});

run("a client's own id is taken where it may stand in a log", async (t) => {
  const { request } = await provide(t);
  for (const given of ['abc-123_X', 'f'.repeat(64)]) {
    const { answer, line } = await request('/v2/', { headers: { 'X-Request-Id': given } });
    t.is(String(answer.headers['x-request-id']), given);
    t.is(line.id, given);
  }
  for (const given of ['', 'with space', '"quoted"', 'f'.repeat(65), 'ünïcode']) {
    const headers = { 'X-Request-Id': Buffer.from(given).toString('latin1') };
    const { answer, line } = await request('/v2/', { headers });
    t.regex(line.id, /^[0-9a-f-]{36}$/);
    t.is(String(answer.headers['x-request-id']), line.id);
  }
});

run('manifests and configs: converted, from the store, from memory, at hand', async (t) => {
  const { data, source, request, soon, pulled, sum, seen } = await provide(t);
  t.is((await request(pulled)).line.cache, 'converted');
  const answer = await soon(pulled, 'at-hand');
  await soon(pulled, 'at-hand', { method: 'HEAD' });
  // A name that has to be decoded is left to the routes.
  t.is((await request(pulled.replace(guid, guid.replace('-', '%2D')))).line.cache, 'memory');

  const { config } = JSON.parse(String(answer.body)) as { config: { digest: string } };
  const digest = String(answer.headers['docker-content-digest']);
  const blob = `/v2/cloudfoundry/${guid}/blobs/${config.digest}`;
  t.is((await request(blob)).line.cache, 'at-hand');
  t.is((await request(blob, { headers: { Range: 'bytes=0-9' } })).line.cache, 'memory');
  t.is(await sum('dropstack_manifest_duration_seconds_count'), seen(/\/manifests\//));
  t.is(await sum('dropstack_blob_duration_seconds_count'), 2);

  const other = await open(t, { data, source });
  t.is((await other.request(pulled)).line.cache, 'store');
  await other.soon(pulled, 'at-hand');
  const third = await open(t, { data, source });
  const byDigest = `/v2/cloudfoundry/${guid}/manifests/${digest}`;
  t.is((await third.request(byDigest)).line.cache, 'store');
  t.is((await third.request(byDigest)).line.cache, 'at-hand');
});

run('who waits for the conversion of somebody else was not answered from memory', async (t) => {
  const { request, pulled } = await provide(t);
  const both = await Promise.all([
    request(pulled),
    request(pulled, { headers: { 'X-Request-Id': 'other' } }),
  ]);
  t.deepEqual(
    both.map(({ line }) => line.cache),
    ['converted', 'converted'],
  );
});

withS3('layers: from the store, from the disk, from memory, or by a redirect', async (t) => {
  const gateway = await startVersitygw(t);
  const s3 = await gateway.bucket();
  const cache = { directory: join(await tempDir(t), 'cache'), maxBytes: '1GiB' };
  const { request, operator } = await open(t, { data: undefined, store: { s3 }, cache });
  await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'root'), {});
  await operator.rootfs.promote(stack, '1');
  for (const [size, verdicts] of [
    [3_000_000, ['store', 'disk', 'disk']],
    [10_000, ['store', 'memory', 'memory']],
  ] as const) {
    const droplet = await tinyDroplet(t, randomBytes(size));
    await putDroplet(operator, guid, droplet);
    const blob = await layerOf(request, droplet);
    const seen: unknown[] = [];
    for (const _ of verdicts) seen.push((await request(blob)).line.cache);
    t.deepEqual(seen, verdicts);
    t.is((await request(blob, { headers: { Range: 'bytes=0-0' } })).line.cache, verdicts[2]);
    await redirected(t, gateway, s3, blob);
  }
});

async function redirected(t: ExecutionContext, { port }: Versitygw, s3: object, blob: string): Promise<void> {
  const redirect = { endpoint: `http://localhost:${port}`, allowPrivate: true, minBytes: 1024 };
  const { request } = await open(t, { data: undefined, store: { s3 }, redirect });
  const { answer, line } = await request(blob);
  t.is(answer.status, 307);
  t.is(line.cache, 'redirect');
  t.is((await request(blob, { method: 'HEAD' })).line.cache, undefined);
}

type Request = (path: string, options?: Ask) => Promise<{ answer: Answer; line: Line }>;

async function layerOf(request: Request, { sha1 }: TinyDroplet): Promise<string> {
  const { answer } = await request(`/v2/cloudfoundry/${guid}/manifests/${sha1}`);
  const { layers } = JSON.parse(String(answer.body)) as { layers: { digest: string }[] };
  return `/v2/cloudfoundry/${guid}/blobs/${layers.at(-1)?.digest}`;
}

/** A facade, and what asks it and finds the line of each request. */
async function open(t: ExecutionContext, options: ConfigInput) {
  const { url, lines, operator, data } = await startFacade(t, options);
  const request: Request = async (path, asked = {}) => {
    const answer = await ask(url + path, asked);
    const id = `"id":"${String(answer.headers['x-request-id'])}"`;
    const find = (): string | undefined => lines.find((line) => line.includes(id));
    await until('its line is there', async () => find() !== undefined);
    return { answer, line: JSON.parse(find() ?? '') as Line };
  };
  /** Asks until the answer comes from there: what is at hand has to be looked at again each half second. */
  const soon = async (path: string, verdict: string, asked?: Ask): Promise<Answer> => {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const { answer, line } = await request(path, asked);
      if (line.cache === verdict) return answer;
    }
    throw new Error(`${path} never came from ${verdict}`);
  };
  const seen = (path: RegExp): number =>
    lines.filter((line) => path.test(String((JSON.parse(line) as Partial<Line>).path))).length;
  const sum = async (name: string): Promise<number> => {
    const samples = String((await ask(`${url}/metrics`)).body).split('\n');
    const found = samples.filter((line) => line.startsWith(`${name}{`));
    return found.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  };
  return { url, data, operator, request, soon, sum, seen };
}

/** One with a rootfs, and a droplet in its source that nobody has pulled yet. */
async function provide(t: ExecutionContext) {
  const source = await tempDir(t);
  const facade = await open(t, { source });
  await facade.operator.rootfs.import(stack, '1', await tinyRootfs(t, 'root'), {});
  await facade.operator.rootfs.promote(stack, '1');
  const droplet = await tinyDroplet(t, 'hello');
  await (await DirectoryStore.open(source)).put(sourceKey(guid, droplet.sha1), droplet.bytes);
  return { ...facade, source, pulled: `/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}` };
}
