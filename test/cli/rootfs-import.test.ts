/** `dropstack rootfs import` of an image, on a store and through a facade. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { certificates } from '../helpers/tls.ts';
import { startFacade } from '../protocol/facade.ts';
import { complaint, dropstack } from './dropstack.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());
let source: Awaited<ReturnType<typeof openSource>>;

/** A facade with TLS and users as the registry, and a directory of docker's with who may pull there. */
async function openSource() {
  const folder = await tempDir(ends);
  const { ca, cert, key } = await certificates(ends);
  await writeFile(join(folder, 'users'), `node:${await bcrypt('n', { cost: 4 })}\n`);
  const users = { users: join(folder, 'users'), tlsCert: cert, tlsKey: key };
  const { url, operator } = await startFacade(ends, users);
  await operator.rootfs.import('fs', '1.0', await tinyRootfs(ends, 'cli'), {});
  const { host } = new URL(url);
  const auths = { [host]: { auth: Buffer.from('node:n').toString('base64') } };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  return { ca, folder, reference: `${host}/fs/rootfs:1.0` };
}

test.before(async () => {
  source = await openSource();
});

test.serial('onto a store, with credentials where docker has them, or in a file that is named', async (t) => {
  const { ca, folder, reference } = source;
  const [data, home] = [join(await tempDir(t), 'data'), await tempDir(t)];
  const env = { NODE_EXTRA_CA_CERTS: ca, HOME: home };
  const command = ['rootfs', 'import', 'fs', '1', reference, '--data', data];
  t.regex(complaint(t, await dropstack(command, env), 1), /wants other credentials/);
  t.regex(
    complaint(t, await dropstack(command, { HOME: home, DOCKER_CONFIG: folder }), 1),
    /Cannot pull \S+: its certificate is of an unknown authority: name that one by NODE_EXTRA_CA_CERTS/,
  );
  t.deepEqual(await readdir(join(data, '.tmp')), []);
  const named = ['--registry-auth', join(folder, 'config.json')];
  const first = await dropstack([...command, ...named, '--promote'], env);
  t.is(first.code, 0, first.stderr);
  t.regex(first.stdout, /Version: +1\n(.|\n)*Stack fs serves it\.\n$/);
  const again = await dropstack(command, { ...env, DOCKER_CONFIG: folder });
  t.is(again.stdout, first.stdout);
});

test.serial('a file that is there goes before an image, unless that is forced', async (t) => {
  const { ca, folder, reference } = source;
  const place = await tempDir(t);
  const command = ['rootfs', 'import', '--data', 'data', '-o', 'json', 'fs', '1'];
  const env = { NODE_EXTRA_CA_CERTS: ca, DOCKER_CONFIG: folder };
  await mkdir(dirname(join(place, reference)), { recursive: true });
  await writeFile(join(place, reference), 'just words');
  t.regex(complaint(t, await dropstack([...command, reference], env, place), 2), /it is no tar/);
  const { code, stdout, stderr } = await dropstack([...command, `docker://${reference}`], env, place);
  t.is(code, 0, stderr);
  t.like(JSON.parse(stdout), { stack: 'fs', version: '1', source: { kind: 'oci-layout' } });
});

test.serial('a facade pulls by itself, and its client waits', async (t) => {
  // A registry without users: the authority is that of this process, which the facade runs in.
  const registry = await startFacade(t);
  await registry.operator.rootfs.import('fs', '1.0', await tinyRootfs(t, 'open'), {});
  const { url, operator } = await startFacade(t, { limits: { holdSeconds: 0.001 } });
  const reference = `${new URL(registry.url).host}/fs/rootfs:1.0`;
  const { code, stdout, stderr } = await dropstack([
    'rootfs',
    'import',
    'fs',
    '1',
    reference,
    '--server',
    url,
  ]);
  t.is(code, 0, stderr);
  t.regex(stdout, /Imported\. Stack fs serves no version yet/);
  t.is((await operator.rootfs.versions('fs')).length, 1);
  const gone = reference.replace(':1.0', ':2.0');
  const failed = await dropstack(['rootfs', 'import', 'fs', '2', gone, '--server', url]);
  t.regex(complaint(t, failed, 1), /has no such image, or shows it to others alone/);
});
