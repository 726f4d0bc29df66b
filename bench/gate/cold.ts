import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { basic } from '../../test/helpers/basic.ts';
import { placeBytes } from '../../test/helpers/crowd/droplets.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { tinyRootfs } from '../../test/helpers/tiny.ts';
import { floor } from '../convert/floor.ts';
import { objectsOf } from '../convert/objects-of.ts';
import { dropletEntries } from '../load/foundation/droplet-entries.ts';
import { firstManifest } from '../peers/ask.ts';
import { treeCpuSeconds } from '../process-tree.ts';
import { startFacade } from './facade.ts';
import { withoutAllocated, type Stage } from './scenario.ts';

const coldName = 'cold conversion';

/** Of a droplet's compressed bytes, and droplets in a round. */
const [size, count] = [6_000_000, 3];

/**
 * The first pull of the manifest of a droplet that nobody has asked for, beside reading, unpacking, hashing and compressing it. One
 * facade is enough: the processes that convert are others each time.
 */
export async function coldStage(owner: Owner): Promise<Stage> {
  const source = await tempDir(owner);
  const { server, measure } = await startFacade(owner, {
    config: { source, layer: { compression: 'zstd' } },
  });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(owner, ''), '--promote');
  const bytes = await droplet('measured', size);
  const path = join(await tempDir(owner), 'droplet.tgz');
  await writeFile(path, bytes);
  const small = await droplet('first', 10_000);
  /** @param tag `<guid>/manifests/<hash>` */
  const pull = (tag: string): Promise<void> => {
    const [guid = '', hash = ''] = tag.split('/manifests/');
    const repository = `http://${server.host}/v2/cloudfoundry/${guid}`;
    return firstManifest(repository, hash, { authorization: basic(server.puller.user) });
  };
  const convert = async (tags: readonly string[]) => {
    const before = await treeCpuSeconds(server.pid);
    for (const tag of tags) await pull(tag);
    const seconds = (await treeCpuSeconds(server.pid)) - before;
    const least = (await floor({ path }, 'zstd')).cpuSeconds;
    return { ratios: [seconds / tags.length / least], work: tags.length };
  };
  const scenario = {
    name: coldName,
    measure: async () => {
      // The process that converts may have ended since the last round, and starts for this one.
      await pull(await placeBytes(source, small));
      const objects = await objectsOf(server);
      const tags = await Promise.all(Array.from({ length: count }, () => placeBytes(source, bytes)));
      const series = await measure(() => convert(tags));
      // Layers of earlier rounds are never asked for.
      for (const object of (await objectsOf(server)).difference(objects)) await rm(object);
      // What waits for a conversion allocates as long as it takes.
      return withoutAllocated(series);
    },
  };
  return { names: [coldName], open: () => Promise.resolve([scenario]) };
}

async function droplet(name: string, bytes: number): Promise<Buffer> {
  return gzipSync(await buffer(Readable.from(dropletEntries(name, bytes))), { level: 1 });
}
