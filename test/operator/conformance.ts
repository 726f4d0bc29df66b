import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isFailure } from '../../src/errors.ts';
import type { Operator } from '../../src/operator/operator.ts';
import type { Store } from '../../src/store/store.ts';
import type { Owner } from '../helpers/owner.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import { badInput } from './bad-input.ts';

/** An operator of an empty store, the store, and the name that it puts into histories. */
export type Bed = { operator: Operator; own: Store; by: string };

/** What every `Operator` does. Each test has stacks and guids of its own. */
export function operatorConformance(open: (owner: Owner) => Promise<Bed>): void {
  const ends = new AsyncDisposableStack();
  let bed: Bed;
  test.before(async () => {
    bed = await open(ends);
    const { rootfs } = bed.operator;
    await rootfs.import('cflinuxfs4', '1.0', await tinyRootfs(ends, 'one'), {});
    await rootfs.promote('cflinuxfs4', '1.0');
  });
  test.after.always(() => ends.disposeAsync());

  const put = (guid: string, { bytes, sha1 }: TinyDroplet, stack?: string) =>
    bed.operator.droplets.put(guid, sha1, Readable.from([bytes]), { wait: true, stack });

  test('a rootfs is imported once, and told about', async (t) => {
    const { rootfs } = bed.operator;
    const path = await tinyRootfs(t, 'import me');
    const options = { os: 'linux', architecture: 'arm64', osVersion: '22.04' };
    const record = await rootfs.import('imports', '10', path, options);
    t.like(record, {
      stack: 'imports',
      version: '10',
      os: 'linux',
      architecture: 'arm64',
      osVersion: '22.04',
    });
    t.deepEqual(await rootfs.import('imports', '10', path, options), record);
    t.deepEqual(await rootfs.version('imports', '10'), record);
    const { files } = await rootfs.contents('imports', '10');
    t.true(files.some((file) => file.path === 'etc/rootfs-release' && file.type === 'file'));

    await rootfs.import('imports', '9', await tinyRootfs(t, 'older'), {});
    t.like(await rootfs.versions('imports'), [
      { version: '9', promoted: false, placed: 0, retired: false },
      { version: '10', architecture: 'arm64', size: record.layers[0]?.size, layers: 1, packages: 0 },
    ]);
    t.deepEqual(
      (await rootfs.versions()).filter((item) => item.stack === 'imports'),
      await rootfs.versions('imports'),
    );
    t.deepEqual(await rootfs.versions('nobodys'), []);
  });

  test('what a stack serves is changed, and remembered', async (t) => {
    const { rootfs } = bed.operator;
    for (const version of ['1', '2']) {
      await rootfs.import('changes', version, await tinyRootfs(t, `changes ${version}`), {});
    }
    await rootfs.promote('changes', '1');
    await rootfs.promote('changes', '2');
    const placed = await rootfs.place('changes', { 'guid-a': '1', 'guid-b': '1' });
    t.deepEqual(placed.placements, { 'guid-a': '1', 'guid-b': '1' });
    t.deepEqual(
      (await rootfs.versions('changes')).map((item) => item.placed),
      [2, 0],
    );
    const last = await rootfs.place('changes', { 'guid-a': null, 'guid-b': '2' }, placed.generation);
    t.deepEqual(last.placements, { 'guid-b': '2' });
    const retired = await rootfs.retire('changes', '1');
    t.deepEqual(await rootfs.retire('changes', '1'), retired);
    t.deepEqual(await rootfs.stack('changes'), retired);
    t.deepEqual(
      (await rootfs.stacks()).find((record) => record.stack === 'changes'),
      retired,
    );
    t.is(retired.promoted, '2');
    t.deepEqual(Object.keys(retired.retired), ['1']);
    t.deepEqual(
      retired.history.map(({ by, action, version, guids }) => [by, action, version, guids]),
      [
        [bed.by, 'promote', '1', undefined],
        [bed.by, 'promote', '2', undefined],
        [bed.by, 'place', '1', 2],
        [bed.by, 'unplace', undefined, 1],
        [bed.by, 'place', '2', 1],
        [bed.by, 'retire', '1', undefined],
      ],
    );
  });

  test('a droplet is put, told about, deleted, and put again', async (t) => {
    const { droplets } = bed.operator;
    const droplet = await tinyDroplet(t, 'told about');
    const { sha1, sha256, bytes } = droplet;
    const known = { guid: 'told-about', hash: sha1, sha1, sha256, size: bytes.length };
    t.deepEqual(await put('told-about', droplet), { ...known, created: true });
    t.deepEqual(await put('told-about', droplet), { ...known, created: false });
    const summary = {
      guid: 'told-about',
      hash: sha1,
      stack: 'cflinuxfs4',
      state: 'converted' as const,
      size: bytes.length,
    };
    t.deepEqual(await droplets.list('told-about'), [summary]);
    t.deepEqual(
      (await droplets.list()).filter((item) => item.guid === 'told-about'),
      [summary],
    );
    const { record, refusal, ...rest } = await droplets.get('told-about', sha1);
    t.deepEqual(rest, summary);
    t.is(refusal, undefined);
    t.like(record, { guid: 'told-about', sourceSha256: sha256, startCommand: 'cat hello.txt' });

    t.is(await droplets.remove('told-about', sha1), undefined);
    t.is((await droplets.get('told-about', sha1)).state, 'deleted');
    t.is((await put('told-about', droplet)).created, true);
    t.is((await droplets.get('told-about', sha1)).state, 'converted');
    t.deepEqual(await droplets.list('guid-without-any'), []);
  });

  test('a droplet may be named by SHA-256, with its SHA-256 announced beside, and not waited for', async (t) => {
    const { droplets } = bed.operator;
    const { sha256, bytes } = await tinyDroplet(t, 'not waited for');
    const body = Readable.from([bytes]);
    const { created } = await droplets.put('not-waited', sha256, body, { wait: false, sha256 });
    t.true(created);
    while ((await droplets.get('not-waited', sha256)).state !== 'converted') await sleep(20);
    t.like(await droplets.get('not-waited', sha256), { record: { sourceSha256: sha256 } });
  });

  test('a droplet belongs to the stack that it is put for, or assigned to', async (t) => {
    const { droplets, images, rootfs } = bed.operator;
    await rootfs.import('assigned', '1', await tinyRootfs(t, 'assigned'), {});
    await rootfs.promote('assigned', '1');
    const droplet = await tinyDroplet(t, 'stacks');
    await put('put-for', droplet, 'assigned');
    await put('assign-to', droplet);
    t.is(await droplets.assignStack('assign-to', 'assigned'), undefined);
    for (const guid of ['put-for', 'assign-to']) {
      t.is((await droplets.get(guid, droplet.sha1)).stack, 'assigned');
      const { origin } = await images.show(`assigned/${guid}:${droplet.sha1}`);
      t.deepEqual(origin.rootfs, { stack: 'assigned', version: '1' });
    }
  });

  test('an image is shown by tag and digest, and known by its digests', async (t) => {
    const { images, rootfs } = bed.operator;
    const droplet = await tinyDroplet(t, 'shown');
    const { sha1, sha256 } = droplet;
    await put('shown-app', droplet);
    const shown = await images.show(`cloudfoundry/shown-app:${sha1}`);
    const origin = {
      rootfs: { stack: 'cflinuxfs4', version: '1.0' },
      droplet: { guid: 'shown-app', hash: sha1, sha256 },
    };
    t.deepEqual(shown.origin, origin);
    t.is(shown.os, 'linux');
    const [base] = (await rootfs.version('cflinuxfs4', '1.0')).layers;
    t.is(shown.layers[0]?.digest, base?.digest);
    t.deepEqual(shown.layers.length, 3);
    t.true(shown.layers.every(({ from, diffId, size }) => from !== '' && diffId !== '' && size > 0));

    const reference = `cloudfoundry/shown-app@${shown.digest}`;
    t.deepEqual(await images.show(reference), { ...shown, reference });
    for (const digest of [shown.digest, shown.config]) {
      t.deepEqual(await images.identify('shown-app', digest), origin);
    }
    const alone = await images.show('cflinuxfs4/rootfs:1.0');
    t.deepEqual(alone.origin, { rootfs: { stack: 'cflinuxfs4', version: '1.0' } });
    t.is(alone.layers.length, 1);
  });

  test('a droplet that breaks a rule is refused with entry and rule, and kept only when nobody waited', async (t) => {
    const { droplets } = bed.operator;
    const bytes = Buffer.from('no archive at all');
    const name = hash('sha1', bytes);
    const refused = async (guid: string) => {
      const error = await t.throwsAsync(() =>
        droplets.put(guid, name, Readable.from([bytes]), { wait: true }),
      );
      t.true(isFailure(error, 'refused'));
      t.regex(error?.message ?? '', new RegExp(`Droplet ${guid}/${name} refused: .*rule gzip`));
    };
    await refused('refused-now');
    t.deepEqual(await droplets.list('refused-now'), []);

    await droplets.put('refused-late', name, Readable.from([bytes]), { wait: false });
    while ((await droplets.get('refused-late', name)).state !== 'refused') await sleep(20);
    t.like(await droplets.get('refused-late', name), { refusal: { rule: 'gzip', guid: 'refused-late' } });
    await refused('refused-late');
    const all = await droplets.refusals();
    t.deepEqual(
      all.filter(({ rule }) => rule === 'gzip').map(({ guid }) => guid),
      ['refused-late'],
    );
  });

  test('verifying a droplet finds what is damaged or gone', async (t) => {
    const { droplets } = bed.operator;
    const { own } = bed;
    const droplet = await tinyDroplet(t, 'verified');
    const { sha1 } = droplet;
    await put('verified', droplet);
    t.deepEqual(await droplets.verify('verified', sha1), { guid: 'verified', hash: sha1, problems: [] });

    const { record } = await droplets.get('verified', sha1);
    const object = record?.object ?? '';
    const bytes = await readObject(own, object);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await own.put(object, bytes);
    await own.put(`droplets/ve/ri/verified/${sha1}`, Buffer.from('other bytes'));
    const damaged = await droplets.verify('verified', sha1);
    t.is(damaged.problems.length, 2);
    t.regex(damaged.problems.join('\n'), /^the droplet in the source hashes to .*\nthe layer hashes to /);

    await own.remove(object);
    await own.remove(`droplets/ve/ri/verified/${sha1}`);
    const gone = await droplets.verify('verified', sha1);
    t.regex(
      gone.problems.join('\n'),
      /^the source no longer has the droplet.*\nthe layer's object .* is gone$/,
    );
  });

  test('a body that fails, fails the put with its own error and leaves nothing', async (t) => {
    const { sha1, bytes } = await tinyDroplet(t, 'cut short');
    const broken = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 20);
        await sleep(20);
        throw new Error('the disk fell out');
      })(),
    );
    const error = await t.throwsAsync(() =>
      bed.operator.droplets.put('cut-short', sha1, broken, { wait: true }),
    );
    t.is(error?.message, 'the disk fell out');
    t.deepEqual(await keysBelow(bed.own, 'droplets/cu/t-/cut-short/'), []);
  });

  for (const { name, code, message, act } of badInput) {
    test(`bad input, ${name}: ${code}`, async (t) => {
      const file = join(await tempDir(t), 'garbage');
      await writeFile(file, 'garbage '.repeat(100));
      const rootfs = await tinyRootfs(t, 'for bad input');
      const error = await t.throwsAsync(() => act(bed.operator, { garbage: file, rootfs }));
      t.true(isFailure(error), String(error));
      t.like(error, { code });
      t.regex(error?.message ?? '', message);
      t.notRegex(error?.message ?? '', /\n/);
    });
  }

  test('a hash that is known keeps its content', async (t) => {
    const { sha1, sha256, bytes } = await tinyDroplet(t, 'collision');
    await bed.own.put(`droplets/co/ll/collision/${sha1}`, Buffer.from('what a SHA-1 collision would be'));
    const error = await t.throwsAsync(() =>
      bed.operator.droplets.put('collision', sha1, Readable.from([bytes]), { wait: true, sha256 }),
    );
    t.true(isFailure(error, 'conflict'));
    t.is(
      (await readObject(bed.own, `droplets/co/ll/collision/${sha1}`)).toString(),
      'what a SHA-1 collision would be',
    );
  });
}
