/** Crowds of cold pulls against the real program; its clients retry as nodes do. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { crowd } from '../helpers/crowd/crowd.ts';
import { placeDroplets } from '../helpers/crowd/droplets.ts';
import type { Owner } from '../helpers/owner.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

const clients = 500;

async function start(owner: Owner, count: number, megabytes: number, limits: Record<string, number>) {
  const source = await tempDir(owner);
  const names = await placeDroplets(source, count, megabytes);
  const server = await startServe(owner, { config: { source, limits } });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(owner, ''), '--promote');
  return { server, names };
}

/** `<guid>` of each record in the store, in the order in which they were written. */
async function converted({ data }: Served): Promise<string[]> {
  const folder = join(data, 'v1/droplets');
  const names = await readdir(folder, { recursive: true });
  const records = names.filter((name) => name.endsWith('.json'));
  const written = await Promise.all(
    records.map(async (name) => ({
      guid: name.split('/')[0] ?? '',
      at: (await stat(join(folder, name), { bigint: true })).mtimeNs,
    })),
  );
  return written.toSorted((a, b) => (a.at < b.at ? -1 : 1)).map(({ guid }) => guid);
}

test.serial('500 clients that ask for one cold droplet cause one conversion', async (t) => {
  const { server, names } = await start(t, 1, 4, {});
  const pulls = await crowd(server, clients, names);
  t.is(pulls.length, clients);
  t.is((await converted(server)).length, 1);
  const layers = (await readdir(join(server.data, 'v1/droplets'), { recursive: true })).filter((name) =>
    name.includes('/layers/'),
  );
  t.is(layers.length, 1);
});

test.serial('500 clients that ask for 100 cold droplets have them in order of arrival', async (t) => {
  const { server, names } = await start(t, 100, 0.2, {});
  // One after the other, and still much faster than they can be converted: so their order is known.
  const pulls = await crowd(server, clients, names, { spacingMs: 2 });
  t.is(pulls.length, clients);
  t.true(pulls.every(({ attempts }) => attempts === 1));
  const order = await converted(server);
  t.is(order.length, names.length);
  const late = names.map((name, at) => Math.abs(order.indexOf(name.split('/')[0] ?? '') - at));
  t.true(Math.max(...late) < 25, `one was ${Math.max(...late)} places from its turn`);
});

test.serial('what goes beyond the bounds is put off, and succeeds in the end', async (t) => {
  const { server, names } = await start(t, 40, 2, { queuedConversions: 10, holdSeconds: 0.2 });
  const pulls = await crowd(server, clients, names, { firstBackoffMs: 500 });
  t.is(pulls.length, clients);
  t.true(pulls.some(({ attempts }) => attempts > 1));
  t.is((await converted(server)).length, names.length);
});
