import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { isFailure } from '../../src/errors.ts';
import type { DropletImpact } from '../../src/operator/operator.ts';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash } from '../helpers/tiny.ts';
import { layerTar, type Entry } from '../rootfs/contents/layer-tar.ts';
import type { Bed } from './conformance.ts';

/** It needs two versions of libbelow.so.1, and brings ABOVE_3 under the name libabove.so.3. */
const native = readFileSync(new URL('../layer/fixtures/elf/libabove-64-big.so', import.meta.url));

async function rootfsWith(owner: Owner, entries: Entry[]): Promise<string> {
  const path = join(await tempDir(owner), 'rootfs.tar');
  await writeFile(path, await layerTar([{ name: 'bin/bash', mode: 0o755 }, ...entries]));
  return path;
}

async function nativeDroplet(): Promise<Buffer> {
  const info = JSON.stringify({ start_command: 'true', detected_buildpack: 'binary' });
  const entries = [
    { name: './' },
    { name: './app/' },
    { name: './app/native.so', body: native },
    { name: './staging_info.yml', body: info },
  ];
  return gzipSync(await layerTar(entries));
}

/** What every operator tells of a bump. @param bed is there once tests run */
export function impactConformance(bed: () => Bed): void {
  const ask = async (
    version: string,
    droplets: { guid: string; hash: string }[],
    from?: string,
  ): Promise<DropletImpact[]> =>
    Array.fromAsync(bed().operator.impact.droplets('bumps', version, droplets, from));

  test('what a version lacks is told of each droplet, and nothing is converted by asking', async (t) => {
    const { rootfs, droplets } = bed().operator;
    // A library without a soname of its own is found by the name of its file, and has not the versions.
    const below: Entry = { name: 'usr/lib/libbelow.so.1.0', body: native };
    const link: Entry = { name: 'usr/lib/libbelow.so.1', type: 'symlink', linkname: 'libbelow.so.1.0' };
    await rootfs.import('bumps', '1', await rootfsWith(t, [below, link]), {});
    await rootfs.import('bumps', '2', await rootfsWith(t, []), {});
    const bytes = await nativeDroplet();
    const name = hash('sha1', bytes);
    const { record } = await putAndGet(bytes, name);
    const gone = {
      library: 'libbelow.so.1',
      class: 64,
      machine: 's390x',
      versions: [],
      files: ['app/native.so'],
      count: 1,
    };
    const lost = { ...gone, versions: ['BELOW_1.0', 'BELOW_1.1'] };
    const [told, ...others] = await ask('2', [{ guid: 'native-app', hash: name }], '1');
    t.deepEqual(others, []);
    t.like(told, {
      guid: 'native-app',
      hash: name,
      state: 'converted',
      bytes: record?.size,
      diffBytes: record?.diffSize,
      buildpack: 'binary',
      sizeClass: 'small',
      breaks: [gone],
      already: [],
      unknown: 0,
    });
    t.like(await ask('1', [{ guid: 'native-app', hash: name }]), [{ breaks: [lost], already: [] }]);
    t.like(await ask('1', [{ guid: 'native-app', hash: name }], '2'), [{ breaks: [], already: [lost] }]);

    await bed().own.put(uploadsPrefix + sourceKey('stored-only', name), bytes);
    await bed().own.put(
      uploadsPrefix + sourceKey('no-archive', hash('sha1', Buffer.from('x'))),
      Buffer.from('x'),
    );
    const refused = { guid: 'no-archive', hash: hash('sha1', Buffer.from('x')) };
    await t.throwsAsync(() => bed().operator.warming.warm('cflinuxfs4', refused.guid, refused.hash));
    const states = await ask('2', [
      { guid: 'stored-only', hash: name },
      refused,
      { guid: 'not-there', hash: name },
    ]);
    t.deepEqual(Object.fromEntries(states.map(({ guid, state }) => [guid, state])), {
      'no-archive': 'refused',
      'not-there': 'absent',
      'stored-only': 'unconverted',
    });
    t.is((await droplets.get('stored-only', name)).state, 'stored');
    await droplets.remove('native-app', name);
    t.like(await ask('2', [{ guid: 'native-app', hash: name }]), [{ state: 'deleted' }]);
  });

  async function putAndGet(bytes: Buffer, name: string) {
    const { droplets } = bed().operator;
    await droplets.put('native-app', name, Readable.from([bytes]), { wait: true });
    return droplets.get('native-app', name);
  }

  test('any number of droplets is asked about, and any number of images', async (t) => {
    const { rootfs, images, impact } = bed().operator;
    await rootfs.import('crowds', '1', await rootfsWith(t, []), {});
    const guids = Array.from({ length: 2345 }, (_, i) => `nobody-${i}`);
    const name = '0'.repeat(40);
    const asked = guids.map((guid) => ({ guid, hash: name }));
    const told = await Array.fromAsync(impact.droplets('crowds', '1', asked));
    t.deepEqual(new Set(told.map(({ guid }) => guid)), new Set(guids));
    t.true(told.every(({ state, hash: found }) => state === 'absent' && found === name));
    const digest = `sha256:${'0'.repeat(64)}`;
    const found = await Array.fromAsync(images.identifyAll(guids.map((guid) => ({ guid, digest }))));
    t.deepEqual(
      found,
      guids.map((guid) => ({ guid, digest })),
    );
    t.deepEqual(await Array.fromAsync(images.identifyAll([])), []);
    t.deepEqual(await Array.fromAsync(impact.droplets('crowds', '1', [])), []);
  });

  test('a wrong name among many is said, as is a version that is not there', async (t) => {
    const { impact, images } = bed().operator;
    const droplet = { guid: 'some-guid', hash: '0'.repeat(40) };
    const digest = `sha256:${'0'.repeat(64)}`;
    const fails = async (code: 'invalid' | 'not-found', all: AsyncIterable<unknown>): Promise<void> => {
      const error = await t.throwsAsync(() => Array.fromAsync(all));
      t.true(isFailure(error, code), String(error));
    };
    await fails('invalid', impact.droplets('UPPER', '1', [droplet]));
    await fails('invalid', impact.droplets('cflinuxfs4', '../1', []));
    await fails('invalid', impact.droplets('cflinuxfs4', '1.0', [droplet], 'a b'));
    await fails('invalid', impact.droplets('cflinuxfs4', '1.0', [droplet, { ...droplet, guid: '..' }]));
    await fails('invalid', impact.droplets('cflinuxfs4', '1.0', [{ ...droplet, hash: 'latest' }]));
    await fails('not-found', impact.droplets('cflinuxfs4', '9', [droplet]));
    await fails('not-found', impact.droplets('cflinuxfs4', '9', []));
    await fails('not-found', impact.droplets('cflinuxfs4', '1.0', [droplet], '9'));
    await fails('invalid', images.identifyAll([{ guid: 'some-guid', digest: 'sha256:abc' }]));
    await fails('invalid', images.identifyAll([{ guid: '..', digest }]));
  });
}
