/** Puts by the admin API: for who puts droplets, and no operator needs to be. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';
import { startFacade } from '../protocol/facade.ts';
import { ask, errorCode } from '../protocol/request.ts';

test('a droplet is put by whoever may put it, under the names that they may use', async (t) => {
  const folder = await tempDir(t);
  const [users, grants] = [join(folder, 'users'), join(folder, 'grants.yaml')];
  await writeFile(users, `ci:${await bcrypt('x', { cost: 4 })}\n`);
  await writeFile(grants, 'ci: { roles: [droplets], repositories: ["cloudfoundry/team-*"] }\n');
  const { url, operator } = await startFacade(t, { users, grants });
  const { bytes, sha1, sha256 } = await tinyDroplet(t, 'put');
  const put = (guid: string, name: string, headers: Record<string, string> = {}) =>
    ask(`${url}/api/v1/droplets/${guid}/${name}?wait=true&stack=some-stack`, {
      method: 'PUT',
      auth: 'ci:x',
      headers,
      body: bytes,
    });
  const { status, body } = await put('team-app', sha1, { Digest: `SHA-256=${sha256.toUpperCase()}` });
  t.is(status, 201, body.toString());
  t.like(JSON.parse(body.toString()), {
    guid: 'team-app',
    hash: sha1,
    sha256,
    size: bytes.length,
    created: true,
  });
  t.like(await operator.droplets.get('team-app', sha1), { state: 'converted', stack: 'some-stack' });

  const other = await put('other-app', sha1);
  t.deepEqual([other.status, errorCode(other)], [403, 'DENIED']);
  const otherBytes = await put('team-app', hash('sha1', Buffer.from('other bytes')));
  t.deepEqual([otherBytes.status, errorCode(otherBytes)], [400, 'DIGEST_INVALID']);
  const malformed = await put('team-app', sha1, { Digest: 'md5=x' });
  t.deepEqual([malformed.status, errorCode(malformed)], [400, 'INVALID']);
  t.is((await ask(`${url}/api/v1/droplets/team-app/${sha1}`, { auth: 'ci:x' })).status, 403);
});
