/** Who is sent to the store for a blob and who is not, a row for each; numbers are points of the client checklist. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test, { type ExecutionContext } from 'ava';
import { loadConfig } from '../../src/config/load.ts';
import { openFacade } from '../../src/facade.ts';
import { openRedirect } from '../../src/http/redirect.ts';
import { serve } from '../../src/http/serve.ts';
import { createLog } from '../../src/log.ts';
import { openPresigns } from '../../src/store/open.ts';
import { s3Location, type S3Location } from '../../src/store/s3/location.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { s3Front, type Passing } from '../helpers/s3-front.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { startVersitygw } from '../helpers/versitygw.ts';
import { putDroplet, stack } from '../protocol/facade.ts';
import { ask, type Answer, type Ask } from '../protocol/request.ts';

const withS3 = testWith('versitygw', 'setpriv', 'tar');
const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

type Layer = { digest: string; size: number };
type Manifest = { config: Layer; layers: Layer[] };

/** Made by the test that needs it first. */
let made: ReturnType<typeof provide> | undefined;
const provided = () => (made ??= provide());

/** A bucket with a large and a small droplet over a large rootfs, and `localhost` as the name that clients know it by. */
async function provide() {
  const gateway = await startVersitygw(ends);
  const s3 = await gateway.bucket();
  const { url, operator } = await open(ends, s3);
  const rootfs = await tinyRootfs(ends, randomBytes(2 ** 21).toString('hex'));
  await operator.rootfs.import(stack, '1.0', rootfs, {});
  await operator.rootfs.promote(stack, '1.0');
  const [large, small] = [await tinyDroplet(ends, randomBytes(2 ** 21)), await tinyDroplet(ends, 'small')];
  await putDroplet(operator, 'large-guid', large);
  await putDroplet(operator, 'small-guid', small);
  const manifestOf = async (name: string): Promise<Manifest> => {
    const answer = await ask(`${url}/v2/cloudfoundry/${name}`, { auth: 'node:n' });
    return JSON.parse(answer.body.toString()) as Manifest;
  };
  const ofLarge = await manifestOf(`large-guid/manifests/${large.sha1}`);
  const ofSmall = await manifestOf(`small-guid/manifests/${small.sha1}`);
  const layer = ofLarge.layers.at(-1) ?? { digest: '', size: 0 };
  return {
    s3,
    port: gateway.port,
    endpoint: `http://localhost:${gateway.port}`,
    layer,
    paths: {
      layer: pathTo('large-guid', layer),
      rootfs: pathTo('small-guid', ofSmall.layers[0]),
      small: pathTo('small-guid', ofSmall.layers.at(-1)),
      config: pathTo('large-guid', ofLarge.config),
      droplet: `/droplets/large-guid/${large.sha1}`,
      unknown: pathTo('small-guid', layer),
    },
  };
}

function pathTo(guid: string, { digest = '' }: Partial<Layer> = {}): string {
  return `/v2/cloudfoundry/${guid}/blobs/${digest}`;
}

/** A facade in this process over the bucket. `node` may pull, `ops` may pull and administer. */
async function open(owner: Owner, s3: S3Location, redirect?: object, more: object = {}) {
  const folder = await tempDir(owner);
  const lines = ['node:n', 'ops:o'].map(async (user) => {
    const [name = '', password = ''] = user.split(':');
    return `${name}:${await bcrypt(password, { cost: 4 })}\n`;
  });
  await writeFile(join(folder, 'users'), (await Promise.all(lines)).join(''));
  await writeFile(join(folder, 'grants'), 'ops: {roles: [pull, admin]}\nnode: {roles: [pull, droplets]}\n');
  const files = { users: join(folder, 'users'), grants: join(folder, 'grants') };
  const config = loadConfig({ listen: '127.0.0.1:0', store: { s3 }, redirect, ...files, ...more }, {});
  const logged: string[] = [];
  const log = createLog('trace', { write: (line) => void logged.push(line) });
  const facade = await openFacade(config, () => undefined);
  const serving = await serve(config, facade, log);
  atEnd(owner, () => serving.stop({ delayMs: 0, graceMs: 100 }));
  return { url: serving.url, facade, operator: facade.operatorFor('test'), logged };
}

type Row = {
  what: string;
  path: keyof Awaited<ReturnType<typeof provide>>['paths'];
  /** more of the option */
  redirect?: object;
  more?: object;
  ask?: Ask;
  /** the status where we answer it ourselves */
  status: 307 | 200 | 206 | 304 | 404 | 416;
};

const digest = '"sha256:0"';
const rows: Row[] = [
  { what: "a droplet's layer", path: 'layer', status: 307 },
  { what: "a rootfs's layer", path: 'rootfs', status: 307 },
  { what: '16: a HEAD', path: 'layer', ask: { method: 'HEAD' }, status: 200 },
  { what: 'a small layer', path: 'small', status: 200 },
  { what: 'a small layer, where even these are', path: 'small', redirect: { minBytes: 1 }, status: 307 },
  { what: 'a layer below another bound', path: 'layer', redirect: { minBytes: '3MiB' }, status: 200 },
  { what: 'a config', path: 'config', redirect: { minBytes: 1 }, status: 200 },
  { what: 'a droplet itself', path: 'droplet', redirect: { minBytes: 1 }, status: 200 },
  { what: 'a layer of another guid', path: 'unknown', status: 404 },
  { what: 'a range', path: 'layer', ask: { headers: { Range: 'bytes=1000-' } }, status: 307 },
  { what: 'a range of the end', path: 'layer', ask: { headers: { Range: 'bytes=-1000' } }, status: 307 },
  { what: 'ranges', path: 'layer', ask: { headers: { Range: 'bytes=0-1,5-6' } }, status: 206 },
  {
    what: 'a range past the end',
    path: 'layer',
    ask: { headers: { Range: 'bytes=99999999-' } },
    status: 416,
  },
  { what: 'a malformed range', path: 'layer', ask: { headers: { Range: 'bytes=2-1-' } }, status: 200 },
  {
    what: 'If-Range',
    path: 'layer',
    ask: { headers: { 'If-Range': digest, Range: 'bytes=1-' } },
    status: 200,
  },
  { what: 'If-None-Match', path: 'layer', ask: { headers: { 'If-None-Match': '*' } }, status: 304 },
  { what: 'If-Match', path: 'layer', ask: { headers: { 'If-Match': digest } }, status: 200 },
  { what: 'a role', path: 'layer', redirect: { roles: ['admin'] }, ask: { auth: 'ops:o' }, status: 307 },
  { what: 'no such role', path: 'layer', redirect: { roles: ['admin'] }, status: 200 },
  { what: 'one of the roles', path: 'layer', redirect: { roles: ['admin', 'droplets'] }, status: 307 },
  {
    what: 'a network',
    path: 'layer',
    redirect: { networks: ['fd00::/8', '127.0.0.0/30'] },
    ask: { from: '127.0.0.2' },
    status: 307,
  },
  {
    what: 'another network',
    path: 'layer',
    redirect: { networks: ['fd00::/8', '127.0.0.0/30'] },
    ask: { from: '127.0.0.5' },
    status: 200,
  },
  {
    what: 'a network, and not the role',
    path: 'layer',
    redirect: { networks: ['127.0.0.0/8'], roles: ['admin'] },
    status: 200,
  },
  {
    what: 'a forwarded address, which anybody can claim',
    path: 'layer',
    redirect: { networks: ['10.0.0.0/8'] },
    ask: { headers: { 'X-Forwarded-For': '10.0.0.1', Forwarded: 'for=10.0.0.1' } },
    status: 200,
  },
  {
    what: 'an IPv4 network and its addresses as IPv6 has them',
    path: 'layer',
    redirect: { networks: ['127.0.0.0/8'] },
    more: { listen: '[::ffff:127.0.0.1]:0' },
    status: 307,
  },
  {
    what: 'us by the name of the store',
    path: 'layer',
    ask: { headers: { Host: 'LOCALHOST:1' } },
    status: 200,
  },
  {
    what: 'us by a name above the store',
    path: 'layer',
    ask: { headers: { Host: 'localhost.' } },
    status: 200,
  },
  { what: 'us by nonsense', path: 'layer', ask: { headers: { Host: ':::' } }, status: 200 },
  { what: 'us by another name', path: 'layer', ask: { headers: { Host: 'host.example.org' } }, status: 307 },
];

for (const { what, path, redirect = {}, more = {}, ask: asked = {}, status } of rows) {
  withS3(`${status === 307 ? 'redirected' : `answered ${status} here`}: ${what}`, async (t) => {
    const { s3, endpoint, paths } = await provided();
    const { url } = await open(t, s3, { endpoint, allowPrivate: true, ...redirect }, more);
    const answer = await ask(url + paths[path], { auth: 'node:n', ...asked });
    t.is(answer.status, status, String(answer.body));
    if (status === 307) await leadsToTheBytes(t, answer, paths[path], asked);
    else t.is(answer.headers.location, undefined);
  });
}

/** The client asks the same there, without what it told us of itself. */
async function leadsToTheBytes(t: ExecutionContext, answer: Answer, path: string, asked: Ask): Promise<void> {
  const { location = '' } = answer.headers;
  const expected = path.split('/').at(-1) ?? '';
  t.like(answer.headers, {
    'cache-control': 'no-store',
    'content-length': '0',
    'docker-content-digest': expected,
    'content-type': undefined,
  });
  t.is(answer.body.length, 0);
  t.is(new URL(location).searchParams.get('X-Amz-Expires'), '300');
  const Range = asked.headers?.['Range'];
  const [whole, there] = await Promise.all([
    ask(location),
    ask(location, { headers: typeof Range === 'string' ? { Range } : {} }),
  ]);
  t.is(`sha256:${hash('sha256', whole.body)}`, expected);
  t.is(there.headers['content-encoding'], undefined);
  t.is(there.status, Range === undefined ? 200 : 206);
  const from = Range === 'bytes=-1000' ? -1000 : Range === undefined ? 0 : 1000;
  t.true(there.body.equals(whole.body.subarray(from)));
}

withS3('without the option nobody is redirected', async (t) => {
  const { s3, paths } = await provided();
  const { url } = await open(t, s3);
  t.is((await ask(url + paths.layer, { auth: 'node:n' })).status, 200);
});

withS3('a redirect comes before the cache, and fills nothing', async (t) => {
  const { s3, endpoint, paths } = await provided();
  const cache = { directory: join(await tempDir(t), 'cache') };
  const { url, facade } = await open(t, s3, { endpoint, allowPrivate: true, roles: ['admin'] }, { cache });
  t.is((await ask(url + paths.layer, { auth: 'ops:o' })).status, 307);
  t.is(facade.cache?.bytes, 0);
  t.is((await ask(url + paths.layer, { auth: 'node:n' })).status, 200);
  t.true((facade.cache?.bytes ?? 0) > 2 ** 21);
});

withS3('24: no log, metric or error has a URL that was signed', async (t) => {
  const { s3, endpoint, paths } = await provided();
  const { url, logged } = await open(t, s3, { endpoint, allowPrivate: true });
  const { headers } = await ask(url + paths.layer, { auth: 'node:n' });
  const signature = new URL(headers.location ?? '').searchParams.get('X-Amz-Signature') ?? '';
  t.regex(signature, /^[0-9a-f]{64}$/);
  const { body: metrics } = await ask(`${url}/metrics`, { auth: 'ops:o' });
  t.regex(metrics.toString(), /route="blobs",method="GET",status="307"/);
  t.true(logged.some((line) => line.includes(paths.layer) && line.includes('"status":307')));
  for (const text of [...logged, metrics.toString()]) {
    t.false(text.includes(signature) || /x-amz|localhost/i.test(text), text);
  }
});

withS3('a URL ends with its time, and holds for nothing else', async (t) => {
  const { s3, endpoint, layer } = await provided();
  const presigns = await openPresigns(s3, endpoint);
  const url = await presigns.presign('v1/objects/none', 1);
  const other = await presigns.presign('v1/objects/none', 300);
  t.is((await ask(other)).status, 404);
  t.is((await ask(other.replace('none', layer.digest))).status, 403);
  t.is((await ask(other.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000'))).status, 403);
  await becomes(403, async () => (await ask(url)).status);
});

type Trouble = { what: string; meet: (size: number) => (passing: Passing) => unknown; warns: boolean };

const troubles: Trouble[] = [
  {
    what: 'that has a Content-Encoding in the store',
    meet: (size) => answering({ 'content-length': size, 'content-encoding': 'gzip', etag: '"x"' }),
    warns: false,
  },
  {
    what: 'of another size in the store',
    meet: (size) => answering({ 'content-length': size - 1, etag: '"x"' }),
    warns: false,
  },
  {
    what: 'whose look at the store fails',
    meet: () => (passing) =>
      isLook(passing) ? passing.response.writeHead(403, { connection: 'close' }).end() : passing.pass(),
    warns: true,
  },
  {
    what: 'whose look at the store does not end',
    meet: () => (passing) => isLook(passing) || passing.pass(),
    warns: true,
  },
];

for (const { what, meet, warns } of troubles) {
  withS3(`answered 200 here: a layer ${what}`, async (t) => {
    const { s3, endpoint, port, paths, layer } = await provided();
    let looks = 0;
    const meeting = meet(layer.size);
    const front = await s3Front(t, port, (passing) => {
      if (isLook(passing)) looks++;
      meeting(passing);
    });
    const { url, logged } = await open(t, { ...s3, endpoint: front }, { endpoint, allowPrivate: true });
    for (let time = 0; time < 2; time++) {
      const answer = await ask(url + paths.layer, { auth: 'node:n' });
      t.is(answer.status, 200);
      t.is(`sha256:${hash('sha256', answer.body)}`, layer.digest);
    }
    t.is(looks, 1, 'what is known, or failed, is not asked for at once again');
    const warnings = logged.filter((line) => line.includes('nobody is redirected'));
    t.is(warnings.length, warns ? 1 : 0, warnings.join(''));
  });
}

withS3('when the store answers again, so do redirects', async (t) => {
  const { s3, endpoint, port, paths } = await provided();
  let isAway = true;
  const front = await s3Front(t, port, (passing) =>
    isAway && isLook(passing) ? passing.response.writeHead(403).end() : passing.pass(),
  );
  const { url } = await open(t, { ...s3, endpoint: front }, { endpoint, allowPrivate: true });
  const status = async (): Promise<number> => (await ask(url + paths.layer, { auth: 'node:n' })).status;
  t.is(await status(), 200);
  isAway = false;
  await becomes(307, status);
});

async function becomes(wanted: number, status: () => Promise<number>): Promise<void> {
  for (const until = Date.now() + 120_000; (await status()) !== wanted; await sleep(300)) {
    if (Date.now() > until) throw new Error(`It never answered ${wanted}`);
  }
}

function isLook({ incoming }: Passing): boolean {
  return incoming.method === 'HEAD' && incoming.url?.includes('/v1/objects/') === true;
}

function answering(headers: Record<string, string | number>): (passing: Passing) => unknown {
  return (passing) => (isLook(passing) ? passing.response.writeHead(200, headers).end() : passing.pass());
}

const places: { endpoint: string; publicUrl?: string; pathStyle?: boolean; why?: RegExp }[] = [
  { endpoint: 'https://s3.example.org' },
  { endpoint: 'https://s3.example.org', publicUrl: 'https://registry.example.org' },
  { endpoint: 'https://example.org', publicUrl: 'https://registry.example.org' },
  { endpoint: 'https://notregistry.example.org', publicUrl: 'https://registry.example.org' },
  { endpoint: 'http://10.1.2.3:9000', why: /redirected to 10\.1\.2\.3, a host of a private network/ },
  { endpoint: 'https://localhost:9000', why: /redirect\.allowPrivate: true/ },
  { endpoint: 'https://example.org:8443', publicUrl: 'https://example.org', why: /send it the passwords/ },
  { endpoint: 'https://s3.example.org', publicUrl: 'https://example.org', why: /send it the passwords/ },
  {
    endpoint: 'https://example.org',
    publicUrl: 'https://bucket.example.org',
    pathStyle: false,
    why: /redirected to bucket\.example\.org and send it/,
  },
];

for (const { endpoint, publicUrl, pathStyle = true, why } of places) {
  test(`${why === undefined ? 'allowed' : 'refused at the start'}: ${endpoint} beside ${publicUrl ?? 'no other'}`, async (t) => {
    const file = join(await tempDir(t), 'key');
    await writeFile(file, 'the-key');
    const s3 = { bucket: 'bucket', endpoint: 'http://10.0.0.1', pathStyle };
    const location = s3Location.parse({ ...s3, accessKeyIdFile: file, secretAccessKeyFile: file });
    const config = loadConfig({ store: { s3 }, redirect: { endpoint }, publicUrl }, {});
    if (config.redirect === undefined) throw new Error('There is no option');
    const presigns = await openPresigns(location, endpoint);
    const opened = openRedirect(config.redirect, {
      presigns,
      publicUrl,
      endpoint: endpoint ?? location.endpoint,
      onFault: () => undefined,
    });
    if (why === undefined) await t.notThrowsAsync(opened);
    else await t.throwsAsync(opened, { name: 'Failure', code: 'invalid', message: why });
  });
}
