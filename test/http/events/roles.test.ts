/** Streams of events, and who may no longer listen. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { listenTo } from '../../helpers/event-stream.ts';
import type { Owner } from '../../helpers/owner.ts';
import { tempDir } from '../../helpers/temp.ts';
import { tinyRootfs } from '../../helpers/tiny.ts';
import { startFacade } from '../../protocol/facade.ts';
import { ask } from '../../protocol/request.ts';

const line = async (user: string, password: string): Promise<string> =>
  `${user}:${await bcrypt(password, { cost: 4 })}\n`;

async function started(owner: Owner) {
  const folder = await tempDir(owner);
  const [users, grants] = [join(folder, 'users'), join(folder, 'grants')];
  await writeFile(users, (await line('admin', 'old')) + (await line('second', 'same')));
  await writeFile(grants, 'second: {roles: [admin]}\n');
  return { ...(await startFacade(owner, { users, grants })), users, grants };
}

test('a password that was changed ends its streams, and who has the new one misses nothing', async (t) => {
  const { url, operator, users } = await started(t);
  const [admin, second] = await Promise.all([
    listenTo(t, url, { auth: 'admin:old' }),
    listenTo(t, url, { auth: 'second:same' }),
  ]);
  t.deepEqual([admin.status, second.status], [200, 200]);
  await writeFile(users, (await line('admin', 'new')) + (await line('second', 'same')));
  await Promise.all([admin.ended, second.ended]);
  t.is((await ask(`${url}/api/v1/events`, { auth: 'admin:old' })).status, 401);
  await operator.rootfs.import('fs', '1', await tinyRootfs(t, 'one'), {});
  for (const [auth, lastId] of [
    ['admin:new', admin.lastId()],
    ['second:same', second.lastId()],
  ] as const) {
    const again = await listenTo(t, url, { auth, lastId });
    t.is(again.status, 200);
    await again.next('of what happened meanwhile', ({ event }) => event === 'rootfs');
    t.false(again.events.some(({ event }) => event === 'reset'));
  }
});

test('a role that was taken away ends its streams', async (t) => {
  const { url, grants } = await started(t);
  const second = await listenTo(t, url, { auth: 'second:same' });
  t.is(second.status, 200);
  await writeFile(grants, 'second: {roles: [pull]}\n');
  await second.ended;
  t.is((await ask(`${url}/api/v1/events`, { auth: 'second:same' })).status, 403);
});
