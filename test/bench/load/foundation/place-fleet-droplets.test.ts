import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { keptDroplets } from '../../../../bench/load/foundation/kept-droplets.ts';
import { placeFleetDroplets } from '../../../../bench/load/foundation/place-fleet-droplets.ts';
import { sizesOf } from '../../../../bench/load/workload/sizes-of.ts';
import { parseSourceKey, sourceKey } from '../../../../src/droplet/source-key.ts';
import { run } from '../../../helpers/run.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { toolPath } from '../../../helpers/tools.ts';
import { smallWorkload } from './small-workload.ts';

const withTar = testWith('tar');

test('droplets lie where Cloud Controller puts them, and are what their names say', async (t) => {
  const source = await tempDir(t);
  const apps = await placeFleetDroplets(source, smallWorkload);
  t.is(apps.length, smallWorkload.apps);
  t.is(new Set(apps.map(({ name }) => name)).size, apps.length);
  t.is(new Set(apps.map(({ hash }) => hash)).size, apps.length);
  for (const { name, hash, size } of apps) {
    const key = sourceKey(name, hash);
    t.deepEqual(parseSourceKey(key), { guid: name, hash });
    const bytes = await readFile(join(source, key));
    t.is(createHash('sha1').update(bytes).digest('hex'), hash);
    t.is(bytes.length, size);
  }
});

test('each is about as large as was drawn', async (t) => {
  const workload = { ...smallWorkload, sizes: [2_048, 5_000, 20_000, 150_000, 2_000_000] };
  const apps = await placeFleetDroplets(await tempDir(t), workload);
  for (const [at, wanted] of sizesOf(workload).entries()) {
    const ratio = (apps[at]?.size ?? 0) / wanted;
    t.true(Math.abs(ratio - 1) < (wanted < 10_000 ? 0.3 : 0.12), `${wanted}: ${ratio}`);
  }
});

test('the seed decides every byte', async (t) => {
  const made = async (seed: number) => placeFleetDroplets(await tempDir(t), { ...smallWorkload, seed });
  const [one, again, other] = [await made(1), await made(1), await made(2)];
  t.deepEqual(again, one);
  const known = new Set(one.flatMap(({ name, hash }) => [name, hash]));
  t.false(other.some(({ name, hash }) => known.has(name) || known.has(hash)));
});

withTar('a droplet is an archive as staging makes it', async (t) => {
  const source = await tempDir(t);
  const [app] = await placeFleetDroplets(source, { ...smallWorkload, apps: 1, sizes: [100_000] });
  const path = join(source, sourceKey(app?.name ?? '', app?.hash ?? ''));
  const { stdout } = await run(toolPath('tar'), ['--numeric-owner', '-tvzf', path]);
  const lines = stdout.trimEnd().split('\n');
  t.regex(lines[0] ?? '', /^drwx------ 2000\/2000 .* \.\/$/);
  t.true(lines.every((line) => line.includes(' 2000/2000 ')));
  const staging = await run(toolPath('tar'), ['-xzOf', path, './staging_info.yml']);
  t.is((JSON.parse(staging.stdout) as { start_command: string }).start_command, 'node app/module-0.js');
  t.true(lines.some((line) => line.includes('./app/module-0.js')));
  t.true(lines.some((line) => line.includes('./app/lib/part-0.jar')));
});

test('what was made once is kept', async (t) => {
  const one = await keptDroplets(smallWorkload);
  const [app] = one.apps;
  const path = join(one.source, sourceKey(app?.name ?? '', app?.hash ?? ''));
  const { ino } = await stat(path);
  // Nodes and instances change no droplet.
  t.deepEqual(await keptDroplets({ ...smallWorkload, nodes: 99, instances: 99 }), one);
  t.is((await stat(path)).ino, ino);
  t.not((await keptDroplets({ ...smallWorkload, apps: 29 })).source, one.source);
});
