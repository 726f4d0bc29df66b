/** One thing is broken at a time, and the doctor names it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { deafS3 } from '../../helpers/deaf-s3.ts';
import { run } from '../../helpers/run.ts';
import { smallDisk } from '../../helpers/small-disk.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { certificates } from '../../helpers/tls.ts';
import { tinyDroplet } from '../../helpers/tiny.ts';
import { toolPath } from '../../helpers/tools.ts';
import { s3Environment, startVersitygw } from '../../helpers/versitygw.ts';
import { putDroplet } from '../../protocol/facade.ts';
import { complaint, dropstack } from '../dropstack.ts';
import { diagnose, examined, type Examined } from './examined.ts';

const test = testWith('openssl');
const env = { DROPSTACK_PASSWORD: 'kubelet' };

/** All files and folders of a store. */
async function contents(data: string): Promise<string[]> {
  const found = await readdir(data, { recursive: true, withFileTypes: true });
  return found.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

async function hashed({ operator }: Examined, t: ExecutionContext): Promise<string> {
  const droplet = await tinyDroplet(t, 'some');
  await putDroplet(operator, 'some-app', droplet);
  return `cloudfoundry/some-app:${droplet.sha1}`;
}

test('of a facade that is well nothing fails, and nothing is left behind', async (t) => {
  const { ca, ...tls } = await certificates(t);
  const world = await examined(t, { tls });
  const args = ['--config', world.config, '--ca', ca];
  const well = await diagnose(t, [...args], 0, { DROPSTACK_PASSWORD: 'admin' });
  for (const [check, level] of Object.entries({
    configuration: 'ok',
    // Certificates of a day are about to end.
    files: 'warning',
    store: 'ok',
    conditions: 'ok',
    'store-clock': 'ok',
    versions: 'ok',
    source: 'untried',
    cache: 'untried',
    users: 'ok',
    certificate: 'warning',
    connection: 'warning',
    readiness: 'ok',
    clock: 'ok',
    challenge: 'ok',
    credentials: 'ok',
    manifest: 'ok',
    layers: 'ok',
    kubernetes: 'untried',
    stacks: 'untried',
    permissions: 'untried',
    rolls: 'untried',
  } as const))
    t.is(well[check]?.level, level, `${check}: ${well[check]?.found}`);
  // What was pulled, the facade keeps.
  const before = await contents(world.data);
  t.false(before.some((path) => path.includes('probe')));
  const image = await dropstack(['doctor', ...args], { DROPSTACK_PASSWORD: 'admin' });
  t.is(image.code, 0);
  t.regex(image.stdout, /^ok +store +write, read, list and remove .*: it does, in \d+ ms$/m);
  t.regex(image.stdout, /\n\n\d+ ok, \d+ warnings, 0 failures, \d+ not tried\.\n$/);
  t.deepEqual(await contents(world.data), before);
});

test('a node that may only pull pulls what it is told', async (t) => {
  const world = await examined(t);
  const image = await hashed(world, t);
  const remote = ['--server', world.url, '--user', 'kubelet'];
  const found = await diagnose(t, [...remote, '--image', image], 0, env);
  t.like(found['layers'], { level: 'ok' });
  t.regex(found['layers']?.found ?? '', /^3 layers are right: /);
  t.like(found['store'], { level: 'untried', found: 'needs configuration' });
  const blind = await diagnose(t, remote, 0, env);
  t.regex(blind['manifest']?.found ?? '', /may not list what there is: name something by --image/);
});

test('a wrong password, and a user who may nothing, are found out', async (t) => {
  const { url } = await examined(t);
  const wrong = await diagnose(t, ['--server', url], 1, { DROPSTACK_PASSWORD: 'wrong' });
  t.like(wrong['connection'], { level: 'ok' });
  t.like(wrong['credentials'], {
    level: 'failure',
    found: 'it does not know user admin with that password',
  });
  t.regex(wrong['credentials']?.mend ?? '', /--user and DROPSTACK_PASSWORD/);
  t.like(wrong['manifest'], { level: 'untried', found: 'needs credentials' });
  const idle = await diagnose(t, ['--server', url, '--user', 'idle'], 1, { DROPSTACK_PASSWORD: 'idle' });
  t.regex(idle['credentials']?.found ?? '', /lacks the role pull/);
  const silent = await diagnose(t, ['--server', url], 0);
  t.like(silent['credentials'], { level: 'untried', found: 'DROPSTACK_PASSWORD is not set' });
});

test('a damaged layer is found by reading it', async (t) => {
  const world = await examined(t);
  const image = await hashed(world, t);
  for (const name of await readdir(join(world.data, 'v1/objects'))) {
    const path = join(world.data, 'v1/objects', name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }
  const args = ['--config', world.config, '--user', 'kubelet', '--image', image];
  const found = await diagnose(t, args, 1, env);
  t.like(found['manifest'], { level: 'ok' });
  t.like(found['layers'], { level: 'failure' });
  t.regex(found['layers']?.found ?? '', /sha256:[0-9a-f]{64} /);
  t.regex(found['layers']?.mend ?? '', /dropstack droplet verify/);
});

test('layers of a promoted version that are gone are found in the store', async (t) => {
  const { data, config } = await examined(t);
  await run('find', [join(data, 'v1/objects'), '-type', 'f', '-delete']);
  const found = await diagnose(t, ['--config', config], 1);
  t.regex(found['versions']?.found ?? '', /^layer sha256:\S+ of cflinuxfs4 1\.0 is gone$/);
});

test('what is wrong with the configuration, and a store that is not there, are told', async (t) => {
  const config = join(await tempDir(t), 'config.yml');
  await writeFile(config, 'listen: nowhere\n');
  const wrong = await diagnose(t, ['--config', config], 1);
  t.like(wrong['configuration'], { level: 'failure' });
  t.regex(wrong['configuration']?.found ?? '', /line 1/);
  t.like(wrong['store'], { level: 'untried', found: 'needs configuration' });
  const absent = await diagnose(t, ['--data', join(config, 'nothing')], 1);
  t.regex(absent['store']?.found ?? '', /^There is no directory /);
  t.like(absent['conditions'], { level: 'untried', found: 'needs store' });
});

test('nobody who may pull, and a file that everybody can read, are told', async (t) => {
  const { config, data } = await examined(t);
  const { users } = JSON.parse(await readFile(config, 'utf8')) as { users: string };
  await run('chmod', ['o+r', users]);
  const open = await diagnose(t, ['--config', config], 0);
  t.like(open['files'], { level: 'warning' });
  t.regex(open['files']?.found ?? '', /users: everybody on this machine can read/);
  const grants = join(await tempDir(t), 'grants');
  await writeFile(grants, 'admin: { roles: [admin] }\nkubelet: { roles: [] }\nidle: { roles: [] }\n');
  await writeFile(config, JSON.stringify({ data, users, grants }));
  const idle = await diagnose(t, ['--config', config], 1);
  t.like(idle['users'], { level: 'failure', found: 'nobody has the role pull' });
  await writeFile(config, JSON.stringify({ data, listen: '0.0.0.0:443' }));
  const bare = await diagnose(t, ['--config', config], 1);
  t.regex(bare['users']?.found ?? '', /there are no users, and more than the loopback/);
});

test('a certificate for another name is found in its file and on the wire', async (t) => {
  const { ca, ...tls } = await certificates(t);
  const { config, url } = await examined(t, { tls, more: { publicUrl: 'https://registry.example.org' } });
  const found = await diagnose(t, ['--config', config, '--server', url, '--ca', ca], 1);
  t.regex(found['certificate']?.found ?? '', /^it is not for registry\.example\.org, but for .*localhost/);
  t.like(found['connection'], { level: 'warning' });
  const stranger = await diagnose(t, ['--server', url], 1);
  t.like(stranger['connection'], { level: 'failure' });
  t.regex(stranger['connection']?.mend ?? '', /--ca/);
});

test('a facade that nobody serves is told', async (t) => {
  const found = await diagnose(t, ['--server', 'http://127.0.0.1:1'], 1);
  t.regex(found['connection']?.found ?? '', /Cannot reach the facade at http:\/\/127\.0\.0\.1:1/);
  t.like(found['challenge'], { level: 'untried', found: 'needs connection' });
});

test('who gives nothing to examine is told so', async (t) => {
  const clean = { KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '' };
  t.regex(complaint(t, await dropstack(['doctor'], clean), 2), /What is to be examined\?/);
});

testWith('openssl', 'faketime')('an expired certificate is found in its file and on the wire', async (t) => {
  const tls = await expired(await tempDir(t));
  const { config } = await examined(t, { tls });
  const found = await diagnose(t, ['--config', config, '--ca', tls.cert], 1);
  t.regex(found['certificate']?.found ?? '', /^the certificate expired at 2020-01-0/);
  t.regex(found['connection']?.found ?? '', /expired/);
  t.like(found['credentials'], { level: 'untried' });
  t.like(found['store'], { level: 'ok' });
});

/** Signed by itself, for a day of 2020. */
async function expired(directory: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', key];
  const request = ['req', '-config', '/dev/null', '-x509', '-days', '1', '-out', cert, ...names, ...made];
  await run(toolPath('faketime'), ['2020-01-01 00:00:00', toolPath('openssl'), ...request]);
  return { cert, key };
}

testWith('root')('a store that cannot be written is found out, and the rest goes on', async (t) => {
  const disk = await smallDisk(t);
  const data = join(disk, 'data');
  await mkdir(join(data, '.tmp'), { recursive: true });
  await run('mount', ['-o', 'remount,ro', disk]);
  const found = await diagnose(t, ['--data', data], 1);
  t.like(found['store'], { level: 'failure' });
  t.regex(found['store']?.found ?? '', /[Rr]ead-only|EROFS/);
  t.regex(found['store']?.mend ?? '', /owner, mode and mount/);
  t.like(found['users'], { level: 'ok' });
  t.like(found['disk'], { level: 'ok' });
});

testWith('versitygw', 'setpriv')('a store that ignores conditional puts is found out', async (t) => {
  const gateway = await startVersitygw(t);
  const config = join(await tempDir(t), 'config.yml');
  const tell = async (s3: object, more: object = {}): Promise<void> =>
    writeFile(config, JSON.stringify({ store: { s3, ...more } }));
  await tell(await gateway.bucket());
  const sound = await diagnose(t, ['--config', config], 1, s3Environment);
  t.like(sound['conditions'], { level: 'ok' }, 'of an empty bucket only the facade is missing');
  t.like(sound['versions'], { level: 'warning' });

  const deaf = await deafS3(t, gateway, 'if-none-match', 'if-match');
  await tell(deaf);
  const found = await diagnose(t, ['--config', config], 1, s3Environment);
  t.like(found['store'], { level: 'ok' });
  t.like(found['conditions'], { level: 'failure' });
  t.regex(found['conditions']?.found ?? '', /replaces an object that must be absent/);
  t.regex(found['conditions']?.mend ?? '', /store\.singleWriter/);
  await tell(deaf, { singleWriter: true });
  t.like((await diagnose(t, ['--config', config], 1, s3Environment))['conditions'], { level: 'ok' });
});
