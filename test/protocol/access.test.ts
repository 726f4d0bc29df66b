/** Who may do what over HTTP, and what stays secret; numbers are points of the client checklist. */
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask, errorCode } from './request.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

const challenge = 'Basic realm="dropstack", charset="UTF-8"';
const guid = 'access-guid';
let facade: Awaited<ReturnType<typeof startFacade>>;
let folder: string;
let sha1: string;

async function line(user: string, password: string): Promise<string> {
  return `${user}:${await bcrypt(password, { cost: 4 })}\n`;
}

/** Kubernetes swaps a symlink to a whole new directory. */
async function mount(version: string, users: string): Promise<void> {
  await writeFile(join(folder, version), users);
  await rm(join(folder, 'users'), { force: true });
  await symlink(join(folder, version), join(folder, 'users'));
}

test.before(async () => {
  folder = await tempDir(ends);
  await mount(
    'v1',
    (await line('admin', 'a')) +
      (await line('node', 'n')) +
      (await line('space', 's')) +
      (await line('ci', 'c')),
  );
  const grants = 'space: {repositories: ["cloudfoundry/other-*"]}\nci: {roles: [droplets]}\n';
  await writeFile(join(folder, 'grants'), grants);
  facade = await startFacade(ends, { users: join(folder, 'users'), grants: join(folder, 'grants') });
  await facade.operator.rootfs.import(stack, '1.0', await tinyRootfs(ends, 'one'), {});
  await facade.operator.rootfs.promote(stack, '1.0');
  const droplet = await tinyDroplet(ends, 'access');
  sha1 = droplet.sha1;
  await putDroplet(facade.operator, guid, droplet);
});

const at = (path: string): string => facade.url + path;

test('1: without valid credentials every route says 401 with the challenge', async (t) => {
  const tag = `/v2/cloudfoundry/${guid}/manifests/${sha1}`;
  const routes = [
    '/v2/',
    tag,
    '/v2/no/such',
    '/v2/BAD',
    `/droplets/${guid}/${sha1}`,
    '/api/v1/stacks',
    '/',
    '/nothing',
  ];
  for (const path of routes) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      for (const auth of [undefined, 'node:wrong', 'nobody:n', 'node:']) {
        const { status, headers } = await ask(at(path), { method, ...(auth === undefined ? {} : { auth }) });
        t.is(status, 401, `${method} ${path} ${auth}`);
        t.is(headers['www-authenticate'], challenge);
      }
    }
  }
  for (const authorization of [
    'Bearer x',
    'Basic',
    'Basic !!!',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
  ]) {
    t.is((await ask(at('/v2/'), { headers: { authorization } })).status, 401, authorization);
  }
  t.is((await ask(at('/v2/'), { auth: 'node:n' })).status, 200);
});

test('probes are open', async (t) => {
  t.is((await ask(at('/livez'))).status, 200);
  t.is((await ask(at('/readyz'))).status, 200);
});

test('roles and repositories bound what a user may do', async (t) => {
  const tag = `/v2/cloudfoundry/${guid}/manifests/${sha1}`;
  const droplet = `/droplets/${guid}/${sha1}`;
  const rows: [string, string, string, number][] = [
    ['node:n', 'GET', tag, 200],
    ['node:n', 'GET', droplet, 403],
    ['node:n', 'DELETE', droplet, 403],
    ['node:n', 'GET', '/api/v1/stacks', 403],
    ['space:s', 'GET', tag, 403],
    ['space:s', 'GET', '/v2/', 200],
    ['space:s', 'GET', `/v2/cloudfoundry/other-guid/manifests/${sha1}`, 404],
    ['space:s', 'GET', `/v2/${stack}/rootfs/manifests/1.0`, 403],
    ['ci:c', 'GET', droplet, 200],
    ['ci:c', 'GET', tag, 403],
    ['ci:c', 'GET', '/api/v1/stacks', 403],
    ['admin:a', 'GET', tag, 200],
    ['admin:a', 'GET', droplet, 200],
    ['admin:a', 'GET', '/api/v1/stacks', 200],
  ];
  for (const [auth, method, path, status] of rows) {
    const answer = await ask(at(path), { auth, method });
    t.is(answer.status, status, `${auth} ${method} ${path}`);
    if (status === 403) t.is(errorCode(answer), 'DENIED');
  }
});

test('24: the log tells who and what, and never a password', async (t) => {
  await ask(at(`/v2/cloudfoundry/${guid}/manifests/${sha1}`), { auth: 'node:n' });
  await ask(at('/v2/'), { auth: 'node:a-secret-password' });
  await ask(at('/v2/?token=a-secret-token'), {
    headers: { authorization: 'Bearer a-secret-token', cookie: 'a-secret' },
  });
  await delay(100);
  const log = facade.lines.join('');
  t.regex(log, new RegExp(`"path":"/v2/cloudfoundry/${guid}/manifests/${sha1}","status":200.*"user":"node"`));
  t.false(log.includes('a-secret'));
  t.false(log.includes('"authorization"'));
  t.false(log.includes(Buffer.from('node:').toString('base64').slice(0, 6)));
});

test('24: metrics are for operators, and name no repository, digest or user', async (t) => {
  await ask(at(`/v2/cloudfoundry/${guid}/manifests/${sha1}`), { auth: 'node:n' });
  await ask(at('/no/such/path'), { auth: 'node:n', method: 'PROPFIND' });
  t.is((await ask(at('/metrics'), { auth: 'node:n' })).status, 403);
  const { status, body } = await ask(at('/metrics'), { auth: 'admin:a' });
  const text = body.toString();
  t.is(status, 200);
  t.regex(
    text,
    /dropstack_http_request_duration_seconds_count\{route="manifests",method="GET",status="200"\} \d/,
  );
  t.regex(text, /route="other",method="other"/);
  t.regex(text, /dropstack_conversions_running 0/);
  for (const secret of [guid, sha1, 'node"', 'PROPFIND']) t.false(text.includes(secret), secret);
});

test.serial(
  '21: users are swapped in place, two passwords at a time, and a bad file keeps the old ones',
  async (t) => {
    const swapped =
      (await line('admin', 'a')) +
      (await line('node', 'n')) +
      (await line('node', 'new')) +
      (await line('space', 's'));
    await mount('v2', swapped + (await line('ci', 'c')));
    for (let i = 0; i < 100 && (await ask(at('/v2/'), { auth: 'node:new' })).status !== 200; i++)
      await delay(100);
    t.is((await ask(at('/v2/'), { auth: 'node:new' })).status, 200);
    t.is((await ask(at('/v2/'), { auth: 'node:n' })).status, 200, 'the old password is still on a line');
    await mount('v3', 'this is no htpasswd file\n');
    for (let i = 0; i < 100 && !facade.lines.some((entry) => entry.includes('kept as it was')); i++)
      await delay(100);
    t.true(facade.lines.some((entry) => entry.includes('kept as it was')));
    t.is((await ask(at('/v2/'), { auth: 'node:n' })).status, 200);
  },
);

test('without users only the loopback is listened on', async (t) => {
  for (const listen of ['0.0.0.0:0', '[::]:0', ':0', '10.1.2.3:0']) {
    await t.throwsAsync(startFacade(t, { listen }), { code: 'invalid', message: /--users/ }, listen);
  }
});
