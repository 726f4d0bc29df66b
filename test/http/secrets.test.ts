/** All that a server at its most talkative writes down, searched for all that it was told and must not tell. */
import { hash as bcrypt } from '@node-rs/bcrypt';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { text } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import { basic } from '../helpers/basic.ts';
import { deadPort } from '../helpers/dead-port.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { certificates } from '../helpers/tls.ts';
import { s3Environment, startVersitygw } from '../helpers/versitygw.ts';
import { until } from '../crash/processes.ts';
import { ask, type Answer, type Ask } from '../protocol/request.ts';

const run = testWith('versitygw', 'setpriv', 'openssl', 'tar');

const passwords = { admin: 'a word to the wise', kubelet: 'let me pull' };
const secrets = {
  ...passwords,
  ...s3Environment,
  wrong: 'a-wrong-password',
  misplaced: 'typed-as-a-user-name',
  bearer: 'a-bearer-token',
  cookie: 'a-cookie',
  referer: 'a-password-in-a-referer',
  query: 'a-token-in-a-query',
  target: 'a-password-in-a-target',
  reference: 'a-password-in-a-reference',
  webdav: 'a-password-of-the-source',
  registry: 'a-password-of-a-registry',
  htpasswd: 'a-password-that-was-not-hashed',
  key: 'not-a-key-but-a-secret',
};

run('no secret is in the log or in the metrics', async (t) => {
  const { server, gateway, files, ca } = await start(t);
  const admin = (path: string, more: Ask = {}): Promise<Answer> =>
    ask(`https://${server.host}${path}`, { ca, auth: `admin:${passwords.admin}`, ...more });
  const droplet = await provide(t, server);
  const manifest = `/v2/cloudfoundry/some-guid/manifests/${droplet.sha1}`;

  const seen: number[] = [];
  for (const [path, more] of [
    [manifest, {}],
    [manifest, { auth: `kubelet:${passwords.kubelet}` }],
    [manifest, { auth: `admin:${secrets.wrong}` }],
    [manifest, { auth: `${secrets.misplaced}:` }],
    [manifest, { auth: '', headers: { authorization: `Bearer ${secrets.bearer}` } }],
    [manifest, { headers: { cookie: secrets.cookie, referer: `https://admin:${secrets.referer}@host/` } }],
    [`${manifest}?token=${secrets.query}`, {}],
    [`/no/such/path?token=${secrets.query}`, {}],
    [`/droplets/some-guid/${'0'.repeat(40)}?token=${secrets.query}`, { method: 'PUT', body: 'no droplet' }],
    [`/v2/cloudfoundry/other-guid/manifests/${'0'.repeat(40)}`, {}],
    ['/api/v1/stacks', { auth: `kubelet:${passwords.kubelet}` }],
    ...pulls(deadPort),
  ] as const)
    seen.push((await admin(path, more)).status);
  for (const status of [200, 401, 403, 404, 400, 503])
    t.true(seen.includes(status), `${status} is among ${seen.join(' ')}`);
  const target = `GET https://admin:${secrets.target}@${server.host}${manifest} HTTP/1.1`;
  t.regex(await raw(server, ca, target), /^HTTP\/1.1 200 /);
  t.regex(await raw(server, ca, `GET /\u0001${secrets.target} HTTP/1.1`), /^HTTP\/1.1 400 /);

  const { layers } = JSON.parse(String((await admin(manifest)).body)) as { layers: { digest: string }[] };
  const layer = await admin(`/v2/cloudfoundry/some-guid/blobs/${layers.at(-1)?.digest}`);
  const [, signature = ''] = /X-Amz-Signature=(\w+)/.exec(layer.headers.location ?? '') ?? [];
  t.is(signature.length, 64);

  await writeFile(files.key, `-----BEGIN PRIVATE KEY-----\n${secrets.key}\n-----END PRIVATE KEY-----\n`);
  await writeFile(files.users, `admin:${secrets.htpasswd}\n`);
  await until('both files are told of', async () => server.log().split('is kept as it was').length > 2);
  await gateway.leave();
  t.is((await admin(`/v2/cloudfoundry/third-guid/manifests/${droplet.sha1}`)).status, 503);
  const metrics = await admin('/metrics');
  t.is(metrics.status, 200);
  await until('all is written', () => server.log().includes('"path":"/metrics"'));

  const told = server.log() + metrics.body.toString();
  t.regex(told, /"cache":"redirect"/);
  const pem = files.oldKey.split('\n').filter((line) => line !== '' && !line.startsWith('-'));
  const tokens = Object.entries({ ...passwords, wrong: secrets.wrong }).map(([user, password]) =>
    basic(`${user === 'wrong' ? 'admin' : user}:${password}`).replace('Basic ', ''),
  );
  for (const secret of [...Object.values(secrets), ...pem, ...tokens, signature, 'X-Amz', '$2b$'])
    t.false(told.includes(secret), `${secret} in ${lineWith(told, secret)}`);
});

function lineWith(told: string, secret: string): string {
  return told.split('\n').find((line) => line.includes(secret)) ?? 'no line';
}

/** Orders to pull a rootfs from a registry that is not there. */
function pulls(port: number): [path: string, more: Ask][] {
  return [`https://admin:${secrets.reference}@127.0.0.1:${port}/rootfs:1`, `127.0.0.1:${port}/rootfs:1`].map(
    (reference) => [
      '/api/v1/stacks/cflinuxfs4/rootfs/2',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reference }),
      },
    ],
  );
}

/** A server with every secret that a configuration can lead to. */
async function start(t: ExecutionContext) {
  const [home, nowhere] = [await tempDir(t), deadPort];
  const [tls, gateway] = [await certificates(t), await startVersitygw(t)];
  const path = (name: string): string => join(home, name);
  const hashes = Object.entries(passwords).map(
    async ([user, password]) => `${user}:${await bcrypt(password, { cost: 4 })}\n`,
  );
  await writeFile(path('users'), (await Promise.all(hashes)).join(''));
  await writeFile(path('webdav'), secrets.webdav);
  const auth = Buffer.from(`puller:${secrets.registry}`).toString('base64');
  await writeFile(path('registries'), JSON.stringify({ auths: { [`127.0.0.1:${nowhere}`]: { auth } } }));
  const server = await startServe(t, {
    tls,
    config: {
      data: undefined,
      users: path('users'),
      store: { s3: await gateway.bucket({ prefix: 'own/' }) },
      source: {
        webdav: { url: `http://127.0.0.1:${nowhere}/`, user: 'blobstore', passwordFile: path('webdav') },
      },
      redirect: { endpoint: `http://localhost:${gateway.port}`, allowPrivate: true, minBytes: 1024 },
      registryAuth: path('registries'),
      logLevel: 'trace',
    },
  });
  const files = { users: path('users'), key: tls.key, oldKey: await readFile(tls.key, 'utf8') };
  return { server, gateway, files, ca: await readFile(tls.ca, 'utf8') };
}

async function provide(t: ExecutionContext, server: Served): Promise<{ sha1: string }> {
  const droplet = await tinyDroplet(t, randomBytes(100_000));
  const file = join(await tempDir(t), 'droplet.tgz');
  await writeFile(file, droplet.bytes);
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(t, ''), '--promote');
  await server.cli('droplet', 'put', 'some-guid', file);
  return droplet;
}

/** Sends a request line as no client library would. */
async function raw({ host }: Served, ca: string, line: string): Promise<string> {
  const { hostname, port } = new URL(`https://${host}`);
  const socket = connect({ host: hostname, port: Number(port), ca });
  await once(socket, 'secureConnect');
  const authorization = basic(`admin:${passwords.admin}`);
  socket.write(`${line}\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: ${authorization}\r\n\r\n`);
  return text(socket);
}
