/** `dropstack audit`, on a store and through a facade. */
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { entryKey } from '../../src/operator/audit/keys.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { startFacade } from '../protocol/facade.ts';
import { complaint, dropstack } from './dropstack.ts';

const system = userInfo().username;

test.serial('who changed what is told, by whichever way', async (t) => {
  const data = join(await tempDir(t), 'store');
  const rootfs = await tinyRootfs(t, 'one');
  const local = (...args: string[]) => dropstack([...args, '--data', data]);
  await local('rootfs', 'import', 'fs', '1', rootfs);
  await local('rootfs', 'promote', 'fs', '1');
  t.is((await local('rootfs', 'retire', 'fs', '1')).code, 1);
  const { url } = await startFacade(t, { data });
  const remote = (...args: string[]) => dropstack([...args, '--server', url]);
  t.is((await remote('rootfs', 'place', 'fs', '1', 'some-app', 'other-app')).code, 0);
  const { stdout } = await remote('audit');
  const rows = stdout.trimEnd().split('\n');
  t.regex(rows[0] ?? '', /^WHEN +WHO +FROM +WHAT +ON +OUTCOME$/);
  t.regex(rows[1] ?? '', /anonymous +127\.0\.0\.1 +place +fs other-app on 1, some-app on 1 +done$/);
  t.regex(rows[2] ?? '', / retire +fs 1 +refused: Cannot retire version 1 of stack fs: it is promoted/);
  t.true((rows[3] ?? '').includes(` ${system} `), rows[3]);
  t.regex(rows[3] ?? '', / the store +promote +fs 1 +done$/);
  t.regex(rows[4] ?? '', / the store +import +fs 1 +done$/);
  t.is(rows.length, 5);
  t.is((await local('audit')).stdout, stdout);

  const page = JSON.parse((await local('audit', '--limit', '1', '-o', 'json')).stdout) as {
    entries: object[];
    next: string;
  };
  t.like(page.entries, [{ user: 'anonymous', action: 'place', count: 2, address: '127.0.0.1' }]);
  t.regex(
    (await local('audit', '--limit', '1')).stdout,
    new RegExp(`There is more: --before ${page.next}\n$`),
  );
  const rest = await local('audit', '--before', page.next);
  t.is(rest.stdout.trimEnd().split('\n').length, 4);
  t.is(
    (await local('audit', '--since', '1h', '--before', '2020-01-01T00:00:00Z')).stdout,
    'Nothing was changed.\n',
  );
});

test.serial('an entry that cannot be read is named', async (t) => {
  const data = join(await tempDir(t), 'store');
  const { operator } = await startFacade(t, { data });
  for (const stack of ['one', 'two']) await operator.droplets.assignStack('some-app', stack);
  const { entries } = await operator.audit.list({ limit: 10 });
  const id = entries[0]?.id ?? '';
  await writeFile(join(data, entryKey(id)), '{');
  const { stdout } = await dropstack(['audit', '--data', data]);
  t.regex(stdout, new RegExp(`for one .*done\n\n1 more cannot be read, .*: ${id}\n$`));
});

test.serial('a time or a number that is none is told', async (t) => {
  for (const args of [
    ['--since', 'yesterday'],
    ['--before', '12'.repeat(9)],
    ['--limit', '0'],
    ['--limit', '1001'],
  ])
    complaint(t, await dropstack(['audit', ...args, '--data', '/nowhere']), 2);
});
