/** What root does on a store that belongs to the user of a facade. */
import { chmod, chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { loadConfig } from '../../src/config/load.ts';
import { openFacade } from '../../src/facade.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { dropstack as program } from '../helpers/serve.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { toolPath } from '../helpers/tools.ts';
import { putDroplet } from '../protocol/facade.ts';
import { diagnose } from './doctor/examined.ts';
import { dropstack } from './dropstack.ts';

const rootTest = testWith('root', 'setpriv');
const nobody = 65_534;

/** All that lies in a directory, and whose it is. */
async function contents(directory: string): Promise<string[]> {
  const names = ['', ...(await readdir(directory, { recursive: true }))];
  return Promise.all(
    names.toSorted().map(async (name) => `${(await stat(join(directory, name))).uid} ${name}`),
  );
}

/** A store with a droplet and two versions, of which one is promoted, that another user keeps. */
async function storeOfNobody(t: ExecutionContext): Promise<{ data: string; hash: string }> {
  const data = join(await tempDir(t), 'data');
  const facade = await openFacade(loadConfig({ data }, {}), () => undefined);
  const operator = facade.operatorFor('test');
  const { rootfs } = operator;
  for (const version of ['1', '2']) await rootfs.import('fs', version, await tinyRootfs(t, version), {});
  await rootfs.promote('fs', '1');
  const droplet = await tinyDroplet(t, 'some');
  await putDroplet(operator, 'some-app', droplet);
  facade.close();
  await run('chown', ['-R', `${nobody}:${nobody}`, data]);
  return { data, hash: droplet.sha1 };
}

rootTest('root reads a store of another user, and is told not to write', async (t) => {
  const { data, hash } = await storeOfNobody(t);
  const before = await contents(data);
  const list = await dropstack(['rootfs', 'list', '--data', data]);
  t.is(list.code, 0, list.stderr);
  t.regex(list.stdout, /^fs +1 /m);
  const rootfs = await tinyRootfs(t, 'three');
  for (const args of [
    ['rootfs', 'promote', 'fs', '2'],
    ['rootfs', 'import', 'fs', '3', rootfs],
    ['droplet', 'assign', 'some-app', 'fs'],
    ['droplet', 'rm', 'some-app', hash],
    ['gc', '--uploads-only'],
  ]) {
    const { code, stderr } = await dropstack([...args, '--data', data]);
    t.is(code, 1, args.join(' '));
    t.regex(stderr, /belongs to user '#65534', .* Run this as that user, such as with sudo -u '#65534'/);
  }
  const { store, versions } = await diagnose(t, ['--data', data], 1);
  t.like(store, { level: 'failure' });
  t.regex(store?.found ?? '', /belongs to user '#65534'/);
  t.like(versions, { level: 'untried' });
  t.deepEqual(await contents(data), before);
  await chmod(join(data, '..'), 0o755);
  const asOwner = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', process.execPath];
  await run(toolPath('setpriv'), [...asOwner, program, 'rootfs', 'promote', 'fs', '2', '--data', data]);
  t.true((await contents(data)).every((line) => line.startsWith(`${nobody} `)));
});

rootTest('a doctor leaves a directory as it was that is no store yet', async (t) => {
  const data = join(await tempDir(t), 'data');
  await mkdir(data);
  const empty = await diagnose(t, ['--data', data], 0);
  t.like(empty['store'], { level: 'ok' });
  t.like(empty['conditions'], { level: 'ok' });
  t.deepEqual(await readdir(data), []);
  await chown(data, nobody, nobody);
  await chmod(data, 0o500);
  t.like((await diagnose(t, ['--data', data], 0))['store'], { level: 'ok' });
  t.deepEqual(await contents(data), [`${nobody} `]);
});

rootTest('root writes where the file system gives what it makes to the owner', async (t) => {
  const data = join(await tempDir(t), 'data');
  await mkdir(data);
  await chown(data, nobody, nobody);
  await chmod(join(data, '..'), 0o755);
  const directory = new URL('../../src/store/directory.ts', import.meta.url).href;
  // As over NFS: who takes itself for root makes files of another user.
  const script = `process.geteuid = () => 0;
    const { DirectoryStore } = await import('${directory}');
    await (await DirectoryStore.open(process.argv[1])).put('a', Buffer.from('x'));`;
  const asOwner = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', process.execPath];
  await run(toolPath('setpriv'), [...asOwner, '--input-type=module', '-e', script, data]);
  const found = await contents(data);
  t.true(found.includes(`${nobody} a`), found.join());
  t.false(found.some((line) => line.includes('.owner-')));
});
