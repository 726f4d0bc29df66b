import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import type { operations } from '../../src/api/operations.ts';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from '../protocol/facade.ts';
import type { Ask } from '../protocol/request.ts';
import { sampleCluster } from './sample-cluster.ts';

/** A request: `values` of the parameters in the path, and the rest. */
export type Sample = { values?: Record<string, string>; query?: string } & Ask;

type Samples = Record<keyof typeof operations, Sample>;

/** A facade with something of everything, and a request of each operation that succeeds there. */
export type World = { url: string; droplet: TinyDroplet; samples: Samples };

/** `user:password` of who may do everything, and of who may only pull. */
export const admin = 'admin:right';
export const node = 'node:n';

export async function sampleWorld(owner: Owner): Promise<World> {
  const users = join(await tempDir(owner), 'users');
  await writeFile(users, (await Promise.all([admin, node].map(htpasswdLine))).join(''));
  const { url, operator } = await startFacade(owner, {
    users,
    kubernetes: await sampleCluster(owner, stack),
  });
  for (const version of ['1', '2'])
    await operator.rootfs.import(stack, version, await tinyRootfs(owner, version), {});
  await operator.rootfs.promote(stack, '1');
  const droplet = await tinyDroplet(owner, 'hello');
  for (const guid of ['some-app', 'other-app']) await putDroplet(operator, guid, droplet);
  await operator.rolls.write(stack, 'r-1', 'wave-0.json', Buffer.from('{}'), { first: false });
  const bad = Buffer.from('no droplet at all');
  await operator.droplets.put('bad-app', hash('sha1', bad), Readable.from([bad]), { wait: false });
  while ((await operator.droplets.refusals()).length === 0) await delay(20);
  const { digest } = await operator.images.show(`cloudfoundry/some-app:${droplet.sha1}`);
  return { url, droplet, samples: await samplesOf(owner, droplet, digest) };
}

/** What changes something comes back to what was, or touches what nobody else asks for. */
async function samplesOf(owner: Owner, droplet: TinyDroplet, digest: string): Promise<Samples> {
  const ofStack = { stack };
  const ofVersion = { stack, version: '1' };
  const ofDroplet = { guid: 'some-app', hash: droplet.sha1 };
  const ofRoll = { stack, roll: 'r-1' };
  const ofPaper = { ...ofRoll, paper: 'wave-0.json' };
  return {
    listStacks: {},
    getStack: { values: ofStack },
    promote: { values: ofStack, body: '{"version": "2"}' },
    place: { values: ofStack, body: '{"some-app": "1", "other-app": null}' },
    markInUse: { values: { stack, holder: 'Cluster.a' }, body: '{"versions": ["1"]}' },
    listRootfs: {},
    listVersions: { values: ofStack },
    getVersion: { values: ofVersion },
    getContents: { values: ofVersion },
    importVersion: {
      values: { stack, version: '3' },
      body: await readFile(await tinyRootfs(owner, 'three')),
    },
    pullVersion: {
      values: { stack, version: '4' },
      body: JSON.stringify({ reference: await plainImage(owner) }),
    },
    retireVersion: { values: { stack, version: '3' } },
    getImpact: {
      values: ofVersion,
      body: JSON.stringify({ droplets: [ofDroplet, { guid: 'nobodys', hash: droplet.sha1 }], from: '2' }),
    },
    listDroplets: {},
    countApps: {},
    getDroplet: { values: ofDroplet },
    putDroplet: {
      values: { guid: 'fourth-app', hash: droplet.sha1 },
      query: 'wait=true',
      body: droplet.bytes,
    },
    deleteDroplet: { values: { guid: 'other-app', hash: droplet.sha1 } },
    verifyDroplet: { values: ofDroplet },
    warmDroplet: { values: ofDroplet, body: JSON.stringify({ stack, version: '1' }) },
    assignStack: { values: { guid: 'other-app' }, body: JSON.stringify({ stack }) },
    listStored: {},
    listRefused: { query: 'limit=5' },
    countRefused: {},
    showImage: { query: `reference=cloudfoundry/some-app:${droplet.sha1}` },
    identifyImage: { values: { guid: 'some-app', digest } },
    identifyImages: { body: JSON.stringify({ images: [{ guid: 'some-app', digest }] }) },
    showRolls: {},
    orderRoll: { values: ofStack, body: '{"order": "pause"}' },
    listRolls: { values: ofStack },
    listPapers: { values: ofRoll },
    getPaper: { values: ofPaper },
    putPaper: { values: ofPaper, body: '{}' },
    collect: { body: '{"dryRun": true}' },
    listAudit: { query: 'limit=5' },
    watchEvents: {},
    getOpenApi: {},
  };
}

/** An image in a registry that asks for no credentials: a facade of its own. */
async function plainImage(owner: Owner): Promise<string> {
  const facade = await startFacade(owner);
  await facade.operator.rootfs.import('pulled', '4', await tinyRootfs(owner, 'four'), {});
  return `${new URL(facade.url).host}/pulled/rootfs:4`;
}

async function htpasswdLine(user: string): Promise<string> {
  const [name = '', password = ''] = user.split(':');
  return `${name}:${await bcrypt(password, { cost: 4 })}\n`;
}
