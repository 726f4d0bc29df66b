import test from 'ava';
import fc from 'fast-check';
import { canariesOf } from '../../../src/rollout/plan/canaries.ts';
import { membersOf, wavesOf } from '../../../src/rollout/plan/waves.ts';
import { stackSpec } from '../../../src/rollout/stack/spec.ts';

const guids = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{4,8}$/), { maxLength: 200 });
const percents = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 });

test('every app is in one wave and no more, whatever the waves are', (t) => {
  fc.assert(
    fc.property(guids, percents, fc.boolean(), (all, shares, hasRest) => {
      const waves = wavesFor([...shares.map((percent) => ({ percent })), ...(hasRest ? [{}] : [])]);
      const members = split(waves, all);
      t.deepEqual(members.flat().toSorted(), all.toSorted());
    }),
  );
});

test('an app that comes moves no other into another wave', (t) => {
  fc.assert(
    fc.property(guids, percents, fc.stringMatching(/^[a-z0-9]{9}$/), (all, shares, another) => {
      const waves = wavesFor(shares.map((percent) => ({ percent })));
      const before = split(waves, all);
      const after = split(waves, [...all, another]).map((wave) => wave.filter((guid) => guid !== another));
      t.deepEqual(after, before);
    }),
  );
});

test('shares are about as large as they say', (t) => {
  const all = Array.from({ length: 10_000 }, (_, i) => `guid-${i}`);
  const [ten = [], fifty = [], rest = []] = split(wavesFor([{ percent: 10 }, { percent: 40 }, {}]), all);
  t.true(
    Math.abs(ten.length - 1000) < 150 && Math.abs(fifty.length - 4000) < 250,
    `${ten.length} ${fifty.length}`,
  );
  t.is(rest.length, 10_000 - ten.length - fifty.length);
});

test('canaries have every trait, none is without use, and the order of apps does not matter', (t) => {
  const kind = fc.record({
    buildpack: fc.integer({ min: 0, max: 4 }),
    libraries: fc.integer({ min: 0, max: 6 }),
    size: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 60 }), (kinds) => {
      const apps = kinds.map(({ buildpack, libraries, size }, i) => ({
        guid: `guid-${i}`,
        traits: [`b${buildpack}`, `l${libraries}`, `s${size}`],
      }));
      const chosen = canariesOf(apps);
      const traitsOf = (names: readonly string[]) =>
        new Set(names.flatMap((name) => apps.find(({ guid }) => guid === name)?.traits ?? []));
      const all = traitsOf(apps.map(({ guid }) => guid));
      t.is(traitsOf(chosen).symmetricDifference(all).size, 0);
      t.true(chosen.length <= all.size);
      t.deepEqual(canariesOf(apps.toReversed()), chosen);
    }),
  );
});

function wavesFor(waves: object[]) {
  const spec = stackSpec.parse({ rootfs: { version: '1' }, registries: ['r'], rollout: { waves } });
  return wavesOf(spec.rollout);
}

function split(waves: ReturnType<typeof wavesFor>, all: readonly string[]): string[][] {
  let left = [...all];
  return waves.map((_, index) => {
    const members = membersOf(waves, index, left, new Set());
    left = left.filter((guid) => !members.includes(guid));
    return members;
  });
}
