import test from 'ava';
import { sha256 } from '../../../src/oci/digest.ts';
import type { Identified, ImageName, Operator } from '../../../src/operator/operator.ts';
import { Identities } from '../../../src/rollout/control/identities.ts';
import type { Pod } from '../../../src/rollout/fleet/pod.ts';
import { plainPod } from '../plain-pod.ts';

test('an image is asked for once, one that was never served again after a while', async (t) => {
  const { asked, identities } = identitiesOver((digest) => digest === sha256('known'));
  const app = appOf('known', 'strange');
  await identities.learn([app], 0);
  await identities.learn([appOf('known', 'strange')], 5_000);
  t.deepEqual(asked, [sha256('known'), sha256('strange')]);
  t.is(identities.identify('guid-1', sha256('strange')), 'unknown');
  t.like(identities.identify('guid-1', sha256('known')), { stack: 'cflinuxfs4', version: '1' });
  await identities.learn([appOf('known', 'strange')], 20_000);
  t.deepEqual(asked.slice(2), [sha256('strange')]);
});

test('what has not run for long is forgotten, what runs is kept', async (t) => {
  const { asked, identities } = identitiesOver(() => true);
  const running = new Map([['guid-1', appOf('running')]]);
  await identities.learn(running, 0);
  for (let i = 0; i < 9; i++) {
    const past = Array.from({ length: 10_000 }, (_, j) => `past ${i} ${j}`);
    await identities.learn([appOf(...past), ...running.values()], i);
  }
  t.is(asked.filter((digest) => digest === sha256('running')).length, 1);
  t.is(identities.identify('guid-1', sha256('past 0 0')), undefined);
  t.not(identities.identify('guid-1', sha256('running')), undefined);
});

function identitiesOver(isKnown: (digest: string) => boolean): { asked: string[]; identities: Identities } {
  const asked: string[] = [];
  const rootfs = { stack: 'cflinuxfs4', version: '1' };
  const droplet = { guid: 'guid-1', hash: 'a'.repeat(40), sha256: 'b'.repeat(64) };
  async function* identifyAll(images: readonly ImageName[]): AsyncIterable<Identified> {
    for (const image of images) {
      asked.push(image.digest);
      yield isKnown(image.digest) ? { ...image, origin: { rootfs, droplet } } : image;
    }
  }
  const images = { identifyAll, identify: unused, show: unused };
  const droplets: Operator['droplets'] = {
    list: unused,
    count: unused,
    get: unused,
    put: unused,
    remove: unused,
    assignStack: unused,
    verify: unused,
    refusals: unused,
    refusalRules: unused,
  };
  return { asked, identities: new Identities({ images, droplets }) };
}

function appOf(...contents: string[]): { pods: Pod[] } {
  const image = { guid: 'guid-1', stack: undefined, reference: { hash: 'a'.repeat(40), pinned: undefined } };
  return {
    pods: contents.map((content) => ({
      ...plainPod,
      name: content,
      uid: content,
      containers: [{ name: 'opi', image, imageId: sha256(content), alwaysPulls: true }],
    })),
  };
}

function unused(): never {
  throw new Error('It asks for nothing else');
}
