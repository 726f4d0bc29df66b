import { randomUUID } from 'node:crypto';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { findIgzip } from '../../src/layer/igzip.ts';
import { basic } from '../../test/helpers/basic.ts';
import { smallDroplet } from '../../test/helpers/droplets.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import { startServe, type Served } from '../../test/helpers/serve.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { tinyRootfs } from '../../test/helpers/tiny.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import type { Usage } from '../peers/measured.ts';
import type { Peer } from '../peers/peers.ts';
import { treeCpuSeconds, treePeakRss } from '../process-tree.ts';
import { firstManifest, type Ask } from '../peers/ask.ts';
import { objectsOf } from './objects-of.ts';

/** A peer that may also be asked for something else than the manifest. */
export type Contender = Omit<Peer, 'measure'> & {
  measure: (droplet: BenchDroplet, ask?: Ask) => Promise<Usage>;
};

type Placed = { path: string; sha1: string };

/** @property warmUp a droplet to convert before what is measured */
type Running = { server: Served; source: string; warmUp: Placed };

type Way = { compression: 'none' | 'zstd' | 'gzip'; igzip: boolean; label: string };

const ways: Record<string, Way> = {
  none: { compression: 'none', igzip: false, label: 'dropstack, uncompressed layer' },
  zstd: { compression: 'zstd', igzip: false, label: 'dropstack, zstd layer' },
  igzip: { compression: 'gzip', igzip: true, label: 'dropstack, gzip layer by igzip' },
  gzip: { compression: 'gzip', igzip: false, label: 'dropstack, gzip layer by zlib' },
};

/** A running `dropstack serve` for each way to compress: a cold request to the last byte of its manifest. */
export async function startContenders(owner: Owner): Promise<Record<string, Contender>> {
  const contenders: Record<string, Contender> = {};
  for (const [name, way] of Object.entries(ways)) {
    if (way.igzip && findIgzip() === undefined)
      throw new Error('igzip is not installed: Debian package isal');
    const source = await tempDir(owner);
    const server = await startServe(owner, {
      config: { layer: { compression: way.compression }, source },
      env: { PATH: way.igzip ? (process.env['PATH'] ?? '') : withoutIgzip() },
    });
    await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(owner, ''), '--promote');
    const running = { server, source, warmUp: await smallDroplet(source, { 'app/index.html': 'warm' }) };
    contenders[name] = {
      label: `${way.label}; a cold request to the last byte of the manifest, of a process that has converted before`,
      measure: (droplet, ask) => coldRequest(running, droplet, ask),
    };
  }
  return contenders;
}

/** Small droplets are asked for several times, and the mean is taken: the clock of CPU time is coarse. */
async function coldRequest(
  { server, source, warmUp }: Running,
  droplet: BenchDroplet,
  ask: Ask = firstManifest,
): Promise<Usage> {
  const guids = await Promise.all(
    Array.from({ length: droplet.size < 4e6 ? 20 : 1 }, () => place(source, droplet)),
  );
  const first = await place(source, warmUp);
  const headers = { authorization: basic(server.puller.user) };
  const asked = (guid: string, { sha1 }: Placed): Promise<void> =>
    ask(`http://${server.host}/v2/cloudfoundry/${guid}`, sha1, headers);
  await asked(first, warmUp);
  const objects = await objectsOf(server);
  const [cpuBefore, begun] = [await treeCpuSeconds(server.pid), performance.now()];
  for (const guid of guids) await asked(guid, droplet);
  const wallMs = (performance.now() - begun) / guids.length;
  const cpuSeconds = ((await treeCpuSeconds(server.pid)) - cpuBefore) / guids.length;
  const peakRss = await treePeakRss(server.pid);
  for (const object of (await objectsOf(server)).difference(objects)) await rm(object);
  return { wallMs, cpuSeconds, peakRss };
}

/** Puts a droplet into the source under a guid that nobody asked for yet, and answers the guid. */
async function place(source: string, { path, sha1 }: Placed): Promise<string> {
  const guid = randomUUID();
  const link = join(source, sourceKey(guid, sha1));
  await mkdir(dirname(link), { recursive: true });
  await symlink(path, link);
  return guid;
}

function withoutIgzip(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => findIgzip(folder) === undefined).join(delimiter);
}
