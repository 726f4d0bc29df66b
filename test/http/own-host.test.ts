/** What a browser would send, whose user reads a page of a site that has its own name lead to the facade (DNS rebinding). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { ownHosts } from '../../src/http/own-host.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from '../protocol/facade.ts';
import { ask, errorCode } from '../protocol/request.ts';

const evil = 'rebound.example.com:8080';
const publicUrl = 'https://registry.example.org';

test('without users, another name is answered nowhere, and leads to no change', async (t) => {
  const { url, operator } = await startFacade(t, { publicUrl });
  await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1');
  const droplet = await tinyDroplet(t, 'hello');
  await putDroplet(operator, 'some-app', droplet);
  const tag = `/v2/cloudfoundry/some-app/manifests/${droplet.sha1}`;
  t.is((await ask(url + tag)).status, 200, 'it is at hand from now on');
  const paths = [tag, '/v2/', `/droplets/some-app/${droplet.sha1}`, '/api/v1/stacks', '/api/v1/events', '/'];
  for (const path of [...paths, '/metrics', '/livez', '/no/such']) {
    // Of one origin, as the browser takes it, which tells an insecure one nothing of Fetch Metadata.
    const answer = await ask(url + path, { headers: { Host: evil, Origin: `http://${evil}` } });
    t.is(answer.status, 403, path);
    t.is(errorCode(answer), 'DENIED');
    t.regex(answer.body.toString(), /not rebound\.example\.com:8080: .*set publicUrl, or give --users/);
  }
  const change = { method: 'PUT', body: '{"version": "1"}', headers: { Host: evil } };
  t.is((await ask(`${url}/api/v1/stacks/${stack}/promoted`, change)).status, 403);
  const deletion = await ask(`${url}/droplets/some-app/${droplet.sha1}`, {
    method: 'DELETE',
    headers: { Host: evil },
  });
  t.is(deletion.status, 403);
  for (const host of [
    'localhost',
    'localhost:5000',
    '127.0.0.1:1',
    '[::1]:8080',
    'registry.example.org',
    'REGISTRY.example.org:443',
  ])
    for (const path of [tag, '/api/v1/stacks', '/'])
      t.is((await ask(url + path, { headers: { Host: host } })).status, 200, `${host} ${path}`);
});

test('with users, who has no password is told so, by whatever name they ask', async (t) => {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, `admin:${await bcrypt('right', { cost: 4 })}\n`);
  const { url } = await startFacade(t, { users });
  const headers = { Host: evil };
  t.is((await ask(`${url}/api/v1/stacks`, { headers })).status, 401);
  t.is((await ask(`${url}/api/v1/stacks`, { headers, auth: 'admin:right' })).status, 200);
});

const others = [
  '',
  'localhost.example.com',
  '127.0.0.1.example.com',
  'example.com',
  'localhost@example.com',
  'example.com:80@127.0.0.1',
  'registry.example.org.example.com',
  'xregistry.example.org',
  '[::1',
];
for (const host of others)
  test(`"${host}" is none of ours`, (t) => t.is(ownHosts({ users: undefined, publicUrl })?.(host), false));

test('who sends no host is no browser', (t) =>
  t.is(ownHosts({ users: undefined, publicUrl })?.(undefined), true));
