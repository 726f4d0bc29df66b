/** Replicas that convert the same droplet at the same moment: one record, which all of them serve. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { collect } from '../../src/collect/collect.ts';
import { defaultGraceSeconds } from '../../src/collect/grace.ts';
import { dropletRecord, recordsFolder } from '../../src/droplet/record.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { openStore } from '../../src/store/open.ts';
import { prefixedStore } from '../../src/store/prefixed.ts';
import type { Store } from '../../src/store/store.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet } from '../helpers/tiny.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { pullImage, request, type Image } from './image.ts';
import { importRootfs } from './provide.ts';

const withStore = testWith('versitygw', 'setpriv', 'tar');
const withIgzip = testWith('versitygw', 'setpriv', 'tar', 'igzip');

const day = 86_400_000;
/** Races that are run; each is lost by somebody nearly always. */
const races = 6;

withStore('three replicas that convert one droplet at once end with one record and one layer', async (t) => {
  const fleet = await startFleet(t, 3);
  const { own, objects } = await provided(t, fleet);
  const raced = await race(t, fleet, own, 2_000_000);
  t.deepEqual(
    raced.flatMap(({ lost }) => lost),
    [],
    'all made the same bytes',
  );
  // What the losers wrote has gone again.
  t.is((await keysBelow(own, 'v1/objects/')).length, objects + races);
});

withIgzip('so do two whose compressors differ, and what the loser made is collected', async (t) => {
  const fleet = await startFleet(t, 1, { layer: { compression: 'gzip' } });
  // Without a PATH there is no igzip.
  await fleet.add({ env: { PATH: await tempDir(t) } });
  const { own, objects } = await provided(t, fleet);
  const [first, second] = fleet.replicas.map((replica) => replica.server());
  t.regex(first?.log() ?? '', /"igzip":/);
  t.notRegex(second?.log() ?? '', /"igzip":/);

  const raced = await race(t, fleet, own, 4_000_000);
  const lost = raced.flatMap((one) => one.lost);
  t.log(`of ${races} races, ${lost.length} were lost by a replica with other bytes`);
  t.true(lost.length > 0);
  const kept = await keysBelow(own, 'v1/objects/');
  t.is(kept.length, objects + races + lost.length);

  for (const days of [2, 4]) await collectLater(own, days * day);
  t.is((await keysBelow(own, 'v1/objects/')).length, objects + races, 'the losers alone have gone');
  const newcomer = (await fleet.add()).server();
  for (const { repository, image } of raced)
    t.deepEqual(await pullImage(newcomer, repository, image.digest), image);
});

/** Collects as if it were so many milliseconds later, by the store's clock as by ours. */
async function collectLater(own: Store, ms: number): Promise<void> {
  const written = new Set<string>();
  const later: Store = {
    stat: async (key) => {
      const info = await own.stat(key);
      return info && { ...info, modified: info.modified + (written.has(key) ? ms : 0) };
    },
    open: (key, range) => own.open(key, range),
    list: (prefix) => own.list(prefix),
    folders: (prefix) => own.folders(prefix),
    remove: (key) => own.remove(key),
    put: async (key, body, condition) => {
      const info = await own.put(key, body, condition);
      written.add(key);
      return info === undefined ? undefined : { ...info, modified: info.modified + ms };
    },
  };
  const uploads = prefixedStore(own, uploadsPrefix);
  await collect(
    { own: later, uploads, source: undefined, clock: () => Date.now() + ms },
    { graceSeconds: defaultGraceSeconds, dryRun: false, allowLarge: true },
  );
}

/** @returns the store that all share, and how many objects are in it beside layers of droplets */
async function provided(
  t: ExecutionContext,
  { s3, replicas }: Fleet,
): Promise<{ own: Store; objects: number }> {
  const own = await openStore({ s3, singleWriter: false });
  const [first] = replicas;
  if (first === undefined) throw new Error('There is one');
  await importRootfs(t, first.server(), '1.0', '--promote');
  const launcher = 1;
  return { own, objects: (await keysBelow(own, 'v1/objects/')).length + launcher };
}

/** An image that all replicas were asked for at once; `lost`: pointers to layers that a replica made and none serves. */
type Raced = { repository: string; image: Image; lost: string[] };

/** All replicas are asked for the same droplets, which nobody has converted, one droplet after the other. */
async function race(t: ExecutionContext, fleet: Fleet, own: Store, size: number): Promise<Raced[]> {
  const servers = fleet.replicas.map((replica) => replica.server());
  const raced: Raced[] = [];
  for (let round = 0; round < races; round++) {
    const guid = `race-${round}-${randomUUID()}`;
    const { bytes, sha1 } = await tinyDroplet(t, halfCompressible(size));
    await own.put(uploadsPrefix + sourceKey(guid, sha1), bytes);
    const repository = `cloudfoundry/${guid}`;
    const answers = await Promise.all(
      servers.map((server) => request(server, `${repository}/manifests/${sha1}`)),
    );
    t.deepEqual(
      answers.map(({ status }) => status),
      servers.map(() => 200),
    );
    const [one, ...others] = await Promise.all(servers.map((server) => pullImage(server, repository, sha1)));
    if (one === undefined) throw new Error('There is a replica');
    for (const other of others) t.deepEqual(other, one);
    for (const answer of answers) t.is(String(answer.headers['docker-content-digest']), String(one.digest));

    const records = await keysBelow(own, `${recordsFolder}${guid}/${sha1}/`);
    t.is(records.length, 1);
    const record = dropletRecord.parse(JSON.parse(String(await readObject(own, records[0] ?? ''))));
    t.is(one.manifest.layers.at(-1)?.digest, record.digest);
    const layers = await keysBelow(own, `${recordsFolder}${guid}/layers/`);
    const lost = layers.filter((key) => !key.endsWith(record.digest.slice('sha256:'.length)));
    raced.push({ repository, image: one, lost });
  }
  return raced;
}

function halfCompressible(size: number): Buffer {
  return Buffer.concat([randomBytes(size / 2), Buffer.from('compressible '.repeat(size / 26))]);
}
