import test from 'ava';
import { assembleRootfs } from '../../src/image/assemble.ts';
import { imagesOfStack, ServedImages } from '../../src/image/served.ts';
import type { RootfsRecord } from '../../src/rootfs/record.ts';
import { MemoryStore } from '../helpers/memory-store.ts';

const rootfs: RootfsRecord = {
  format: 1,
  stack: 'cflinuxfs4',
  version: '1',
  os: 'linux',
  architecture: 'amd64',
  layers: [],
  provides: [],
  contents: { files: 0, packages: 0, libraries: 0 },
  source: { kind: 'oci-layout' },
};
const folder = imagesOfStack(rootfs.stack);

test('what is kept of an image holds no memory but its own, whether it was made or read', async (t) => {
  const store = new MemoryStore();
  const image = assembleRootfs(rootfs);
  const [maker, reader] = [new ServedImages(store), new ServedImages(store)];
  await maker.keep(folder, image);
  for (const { digest, bytes } of [image.manifest, image.config]) {
    const made = maker.known(folder, digest);
    const read = await reader.get(folder, digest);
    for (const found of [made, read]) {
      t.deepEqual(found?.bytes, bytes);
      t.is(found?.bytes.buffer.byteLength, bytes.length);
    }
  }
});
