import { Readable } from 'node:stream';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isFailure } from '../../src/errors.ts';
import type { Operator } from '../../src/operator/operator.ts';
import type { Store } from '../../src/store/store.ts';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { auditConformance } from './audit-conformance.ts';
import { badInput } from './bad-input.ts';
import { dropletConformance } from './droplet-conformance.ts';
import { impactConformance } from './impact-conformance.ts';
import { rollConformance } from './roll-conformance.ts';
import { warmConformance } from './warm-conformance.ts';

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

  dropletConformance(() => bed);
  warmConformance(() => bed);
  impactConformance(() => bed);
  rollConformance(() => bed);
  auditConformance(() => bed);

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

  test('what runs is not retired', async (t) => {
    const { rootfs } = bed.operator;
    await rootfs.import('in-use', '1', await tinyRootfs(t, 'in use'), {});
    const { generation } = await rootfs.stack('in-use');
    const marked = await rootfs.markInUse('in-use', 'Cluster.a_1', ['1', 'never-imported']);
    t.deepEqual(marked.inUse['Cluster.a_1']?.versions, ['1', 'never-imported']);
    t.like(marked, { generation, history: [{ by: bed.by, action: 'use', holder: 'Cluster.a_1' }] });
    t.deepEqual(await rootfs.markInUse('in-use', 'Cluster.a_1', ['never-imported', '1']), marked);
    const error = await t.throwsAsync(() => rootfs.retire('in-use', '1'));
    t.regex(error?.message ?? '', /it runs, says Cluster\.a_1/);
    t.deepEqual((await rootfs.markInUse('in-use', 'Cluster.a_1', [])).inUse, {});
    t.like(await rootfs.retire('in-use', '1'), { generation: generation + 1 });
  });

  test('an image is shown by tag and digest, and known by its digests', async (t) => {
    const { images, rootfs } = bed.operator;
    const droplet = await tinyDroplet(t, 'shown');
    const { sha1, sha256 } = droplet;
    const body = Readable.from([droplet.bytes]);
    await bed.operator.droplets.put('shown-app', sha1, body, { wait: true });
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
    const no256 = `sha256:${'0'.repeat(64)}`;
    for (const digest of [shown.digest, shown.config]) {
      t.deepEqual(await images.identify('shown-app', digest), origin);
    }
    const asked = [shown.digest, no256, shown.config, `sha512:${'0'.repeat(128)}`].map((digest) => ({
      guid: 'shown-app',
      digest,
    }));
    t.deepEqual(await Array.fromAsync(images.identifyAll(asked)), [
      { guid: 'shown-app', digest: shown.digest, origin },
      { guid: 'shown-app', digest: no256 },
      { guid: 'shown-app', digest: shown.config, origin },
      { guid: 'shown-app', digest: `sha512:${'0'.repeat(128)}` },
    ]);
    const alone = await images.show('cflinuxfs4/rootfs:1.0');
    t.deepEqual(alone.origin, { rootfs: { stack: 'cflinuxfs4', version: '1.0' } });
    t.is(alone.layers.length, 1);
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
}
