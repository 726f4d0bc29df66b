import { Readable } from 'node:stream';
import test from 'ava';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { isFailure } from '../../src/errors.ts';
import type { Warmed } from '../../src/operator/operator.ts';
import { keysBelow } from '../helpers/read.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';
import type { Bed } from './conformance.ts';

/** How every operator warms, over version 1.0 of cflinuxfs4. @param bed is there once tests run */
export function warmConformance(bed: () => Bed): void {
  const store = async (guid: string, bytes: Buffer): Promise<string> => {
    const name = hash('sha1', bytes);
    await bed().own.put(uploadsPrefix + sourceKey(guid, name), bytes);
    return name;
  };
  const outcome = async (guid: string, name: string, version?: string): Promise<Warmed['outcome']> => {
    const warmed = await bed().operator.warming.warm('cflinuxfs4', guid, name, version);
    return warmed.outcome;
  };

  test('a droplet is warmed once, and then over a version', async (t) => {
    const name = await store('warm-app', (await tinyDroplet(t, 'warm')).bytes);
    t.is(await outcome('warm-app', name), 'converted');
    t.is(await outcome('warm-app', name), 'known');
    t.deepEqual(await keysBelow(bed().own, 'v1/images/warm-app/'), []);
    t.is(await outcome('warm-app', name, '1.0'), 'known');
    const { digest, config } = await bed().operator.images.show(`cloudfoundry/warm-app:${name}-1.0`);
    const hexes = [digest, config].map((text) => text.replace('sha256:', ''));
    t.deepEqual(
      await keysBelow(bed().own, 'v1/images/warm-app/'),
      hexes.map((hex) => `v1/images/warm-app/${hex}`).toSorted(),
    );
  });

  test('what is stored is listed, by the time of its coming too', async (t) => {
    const { bytes } = await tinyDroplet(t, 'stored');
    const name = await store('stored-app', bytes);
    await bed().own.put(`${uploadsPrefix}no/dr/no-droplet/file`, bytes);
    const { warming } = bed().operator;
    const all = await Array.fromAsync(warming.stored());
    const found = all.find(({ guid }) => guid === 'stored-app');
    t.like(found, { hash: name, size: bytes.length });
    t.false(all.some(({ guid }) => guid === 'no-droplet'));
    const modified = found?.modified ?? 0;
    t.true(Math.abs(Date.now() - modified) < 600_000);
    const since = async (time: number): Promise<boolean> =>
      (await Array.fromAsync(warming.stored(time))).some(({ guid }) => guid === 'stored-app');
    t.true(await since(Math.floor(modified)));
    t.false(await since(Math.floor(modified) + 600_000));
  });

  test('droplets of other stacks and deleted ones are left alone', async (t) => {
    const { droplets } = bed().operator;
    const droplet = await tinyDroplet(t, 'left alone');
    const elsewhere = await store('elsewhere-app', droplet.bytes);
    await droplets.assignStack('elsewhere-app', 'another');
    t.is(await outcome('elsewhere-app', elsewhere), 'elsewhere');
    await droplets.put('deleted-app', droplet.sha1, Readable.from([droplet.bytes]), { wait: true });
    await droplets.remove('deleted-app', droplet.sha1);
    t.is(await outcome('deleted-app', droplet.sha1), 'deleted');
    t.like(await droplets.get('elsewhere-app', elsewhere), { state: 'stored' });
  });

  test('a droplet that cannot be warmed says why', async (t) => {
    const { warming } = bed().operator;
    const refused = await store('warm-refused', Buffer.from('no archive'));
    const error = await t.throwsAsync(() => outcome('warm-refused', refused));
    t.true(isFailure(error, 'refused'));
    t.like(error, { reason: 'gzip' });
    const no1 = '0'.repeat(40);
    t.true(isFailure(await t.throwsAsync(() => outcome('warm-nobody', no1)), 'not-found'));
    t.true(isFailure(await t.throwsAsync(() => outcome('warm-refused', refused, '9')), 'not-found'));
    for (const bad of [
      () => warming.warm('UPPER', 'some-guid', no1),
      () => warming.warm('cflinuxfs4', '..', no1),
      () => warming.warm('cflinuxfs4', 'some-guid', 'latest'),
      () => warming.warm('cflinuxfs4', 'some-guid', no1, 'a/b'),
    ]) {
      t.true(isFailure(await t.throwsAsync(bad), 'invalid'));
    }
  });
}
