import test from 'ava';
import fc from 'fast-check';
import { gatherApps } from '../../../src/rollout/fleet/gather-apps.ts';
import { LiveApps } from '../../../src/rollout/fleet/live-apps.ts';
import type { Pod } from '../../../src/rollout/fleet/pod.ts';
import { plainPod } from '../plain-pod.ts';

/** Of two guids or of one. */
const pod: fc.Arbitrary<Pod> = fc
  .record({
    uid: fc.uuid(),
    guids: fc.uniqueArray(fc.constantFrom('guid-1', 'guid-2', 'guid-3'), { minLength: 1 }),
    isTask: fc.boolean(),
  })
  .map(({ uid, guids, isTask }): Pod => ({
    ...plainPod,
    name: uid,
    uid,
    containers: guids.map((guid) => ({
      name: guid,
      image: { guid, stack: undefined, reference: { hash: 'a'.repeat(40), pinned: undefined } },
      imageId: '',
      alwaysPulls: true,
    })),
    isTask,
  }));

test('whatever comes and goes, its apps are those of what is left', (t) => {
  const change = fc.record({ pod, goes: fc.boolean(), asks: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const live = new LiveApps();
      const left: Pod[] = [];
      for (const { pod: comes, goes, asks } of changes) {
        live.addPod(comes);
        left.push(comes);
        const [first] = left;
        if (goes && first !== undefined) live.removePod(left.shift() ?? first);
        if (asks) live.apps();
      }
      const expected = gatherApps({ pods: left, workloads: [], budgets: [] });
      t.deepEqual(Object.fromEntries(live.apps()), Object.fromEntries(expected));
    }),
  );
});

test('an app of which nothing changes stays the same object', (t) => {
  const sample = fc.sample(pod, { numRuns: 1, seed: 1 }).map(({ containers, ...rest }) => {
    const of = (guid: string): Pod => ({
      ...rest,
      containers: containers.map(({ image, ...container }) => ({ ...container, image: { ...image, guid } })),
    });
    return [of('guid-1'), of('guid-1'), of('guid-2')] as const;
  });
  const [one, two, other] = sample[0] ?? t.fail();
  const live = new LiveApps();
  live.addPod(one);
  live.addPod(other);
  const [before, same] = [live.apps().get('guid-1'), live.apps().get('guid-2')];
  live.addPod(two);
  t.not(live.apps().get('guid-1'), before);
  t.is(live.apps().get('guid-2'), same);
});
