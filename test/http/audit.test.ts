/** What a facade writes down of requests: who, from where, and by which request; and what it logs. */
import { join } from 'node:path';
import { writeFile, rm } from 'node:fs/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { startFacade } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';

const parsed = (lines: string[]): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

test('who asks is written down with the address and the id of the request, and logged once', async (t) => {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, `admin:${await bcrypt('right', { cost: 4 })}\n`);
  const { url, operator, lines } = await startFacade(t, { users });
  await operator.rootfs.import('fs', '1', await tinyRootfs(t, 'one'), {});
  const [auth, from] = ['admin:right', '127.0.0.9'];
  const promoted = await ask(`${url}/api/v1/stacks/fs/promoted`, {
    method: 'PUT',
    auth,
    from,
    body: '{"version": "1"}',
  });
  const { bytes, sha1 } = await tinyDroplet(t, 'hello');
  const put = await ask(`${url}/droplets/some-app/${sha1}?wait=true`, {
    method: 'PUT',
    auth,
    from,
    body: bytes,
  });
  const copy = JSON.stringify({ source_guid: 'some-app' });
  const headers = { 'Content-Type': 'application/json' };
  const copied = await ask(`${url}/droplets/other-app/${sha1}`, {
    method: 'PUT',
    auth,
    from,
    headers,
    body: copy,
  });
  const removed = await ask(`${url}/droplets/some-app/${sha1}`, { method: 'DELETE', auth, from });
  const answers = [promoted, put, copied, removed];
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 201, 201, 204],
  );
  const { entries } = await operator.audit.list({ limit: 4 });
  const wanted = answers.map((answer) => ({
    user: 'admin',
    address: from,
    request: answer.headers['x-request-id'],
  }));
  t.like(entries.toReversed(), [
    { ...wanted[0], action: 'promote', stack: 'fs', version: '1' },
    { ...wanted[1], action: 'put', guid: 'some-app', hash: sha1 },
    { ...wanted[2], action: 'put', guid: 'other-app', hash: sha1 },
    { ...wanted[3], action: 'delete', guid: 'some-app', hash: sha1 },
  ]);
  const logged = parsed(lines).filter((line) => line['audit'] !== undefined);
  t.deepEqual(
    logged.slice(1).map((line) => line['audit']),
    entries.toReversed(),
  );
  t.true(logged.every((line) => line['level'] === 'info'));
});

test('an entry that cannot be stored is logged whole, and the change stands', async (t) => {
  const { url, operator, lines, data } = await startFacade(t);
  await operator.rootfs.import('fs', '1', await tinyRootfs(t, 'one'), {});
  const audit = join(data, 'v1', 'audit');
  await rm(audit, { recursive: true });
  await writeFile(audit, 'in the way');
  const answer = await ask(`${url}/api/v1/stacks/fs/promoted`, { method: 'PUT', body: '{"version": "1"}' });
  t.is(answer.status, 200);
  t.is((await operator.rootfs.stack('fs')).promoted, '1');
  const [line, ...more] = parsed(lines).filter(({ level }) => level === 'error');
  t.like(line, { audit: { action: 'promote', user: 'anonymous', version: '1', outcome: 'done' } });
  t.regex(String(line?.['msg']), /could not be stored: keep this line/);
  t.deepEqual(more, []);
});
