import test from 'ava';
import { pictureOf } from '../../../src/dashboard/model/layers.ts';

const layer = (from: string, size: number) => ({
  from,
  size,
  digest: 'sha256:0',
  diffId: 'sha256:1',
  mediaType: 'x',
});

test('a droplet is the app’s own, all below it is shared', (t) => {
  const { layers, ...sums } = pictureOf({
    layers: [
      layer('rootfs cflinuxfs4 1.0.0', 70),
      layer('dropstack launcher 1', 10),
      layer('droplet app/12', 20),
    ],
  });
  t.deepEqual(sums, { size: 100, shared: 80, own: 20 });
  t.deepEqual(
    layers.map(({ kind, share }) => [kind, share]),
    [
      ['rootfs', 0.7],
      ['launcher', 0.1],
      ['droplet', 0.2],
    ],
  );
});

test('an image of nothing has no shares', (t) => {
  t.deepEqual(pictureOf({ layers: [layer('rootfs a 1', 0)] }).layers[0]?.share, 0);
});
