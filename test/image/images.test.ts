import test from 'ava';
import { parseRepository } from '../../src/oci/reference.ts';
import { liveBytes } from '../helpers/live-bytes.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from '../protocol/facade.ts';

/** Of stacks whose placements fill some megabytes each. */
const generations = 20;
const placed = 20_000;

test('what tags were known to mean keeps no placements of its time', async (t) => {
  const { operator, facade } = await startFacade(t);
  const rootfs = await tinyRootfs(t, '');
  for (const version of ['0', '1']) await operator.rootfs.import(stack, version, rootfs, {});
  await operator.rootfs.promote(stack, '1');
  const droplet = await tinyDroplet(t, 'the same of all');
  /** Bytes that live once a tag was asked for that no generation before knew. */
  const heapOf = async (generation: number): Promise<number> => {
    const guid = `asked-${generation}`;
    await operator.rootfs.place(stack, placements(generation));
    await putDroplet(operator, guid, droplet);
    const repository = parseRepository(`cloudfoundry/${guid}`);
    do await facade.images.resolve(repository, droplet.sha1, { urgency: 'pull', client: 'test' });
    while (facade.images.knownHead(repository, droplet.sha1) === undefined);
    return liveBytes();
  };
  const first = await heapOf(0);
  let last = first;
  for (let generation = 1; generation <= generations; generation++) last = await heapOf(generation);
  const record = JSON.stringify(placements(0)).length;
  t.true(last - first < 5 * record, `${last - first} bytes more, and placements are ${record}`);
});

/** The same apps in each generation, on another version. */
function placements(generation: number): Record<string, string> {
  const version = String(generation % 2);
  return Object.fromEntries(Array.from({ length: placed }, (_, index) => [`placed-app-${index}`, version]));
}
