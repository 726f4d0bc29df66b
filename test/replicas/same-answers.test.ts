/** What one replica served, every other one gives out: points 2 and 3 of the client checklist. */
import { randomBytes } from 'node:crypto';
import { testWith } from '../helpers/test-with.ts';
import { startFleet, stack } from './fleet.ts';
import { pullImage } from './image.ts';
import { importRootfs, putDroplet } from './provide.ts';

const withStore = testWith('versitygw', 'setpriv', 'tar');

withStore(
  '2, 3: replicas with empty caches give the same bytes, after a restart and after a bump',
  async (t) => {
    const fleet = await startFleet(t, 2);
    const [first, second] = fleet.replicas.map((replica) => replica.server());
    if (first === undefined || second === undefined) throw new Error('There are two');
    await importRootfs(t, first, '1.0', '--promote');
    const guids = ['same-large', 'same-small'];
    const tags = new Map([
      ['same-large', await putDroplet(t, first, 'same-large', randomBytes(3_000_000))],
      ['same-small', await putDroplet(t, second, 'same-small', 'hello')],
    ]);
    const tagOf = (guid: string): string => tags.get(guid) ?? '';

    const before = new Map<string, Awaited<ReturnType<typeof pullImage>>>();
    for (const guid of guids) {
      const image = await pullImage(first, `cloudfoundry/${guid}`, tagOf(guid));
      before.set(guid, image);
      t.is(image.manifest.layers.length, 3, 'the rootfs, the launcher, the droplet');
      // By digest first: that replica has never resolved the tag.
      t.deepEqual(await pullImage(second, `cloudfoundry/${guid}`, image.digest), image);
      t.deepEqual(await pullImage(second, `cloudfoundry/${guid}`, tagOf(guid)), image);
      t.deepEqual(await pullImage(second, `${stack}/${guid}`, image.digest), image);
    }
    const rootfs = await pullImage(first, `${stack}/rootfs`, '1.0');
    t.deepEqual(await pullImage(second, `${stack}/rootfs`, rootfs.digest), rootfs);

    await importRootfs(t, second, '2.0', '--promote');
    for (const replica of fleet.replicas) t.is(await replica.end('SIGINT'), 0);
    const again = await Promise.all(fleet.replicas.map((replica) => replica.start()));
    const newcomer = (await fleet.add()).server();
    for (const guid of guids) {
      const image = before.get(guid);
      if (image === undefined) throw new Error('It was pulled');
      const bumped = await pullImage(newcomer, `cloudfoundry/${guid}`, tagOf(guid));
      t.not(bumped.digest, image.digest);
      t.is(
        bumped.manifest.layers.at(-1)?.digest,
        image.manifest.layers.at(-1)?.digest,
        "the droplet's layer",
      );
      for (const server of [...again, newcomer]) {
        t.deepEqual(await pullImage(server, `cloudfoundry/${guid}`, image.digest), image, 'the old digest');
        t.deepEqual(await pullImage(server, `cloudfoundry/${guid}`, `${tagOf(guid)}-1.0`), image, 'pinned');
        t.deepEqual(await pullImage(server, `cloudfoundry/${guid}`, tagOf(guid)), bumped);
      }
    }
    t.deepEqual(await pullImage(newcomer, `${stack}/rootfs`, rootfs.digest), rootfs);
  },
);
