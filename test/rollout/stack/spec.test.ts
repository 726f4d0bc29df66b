import test from 'ava';
import fc from 'fast-check';
import { duration } from '../../../src/rollout/stack/duration.ts';
import { stackSpec } from '../../../src/rollout/stack/spec.ts';

const least = { rootfs: { version: '1.268.0' }, registries: ['registry.example.org'] };

test('the least that can be said has every default', (t) => {
  t.deepEqual(stackSpec.parse(least), {
    ...least,
    paused: false,
    rollout: {
      waves: [
        { name: 'canary', apps: 'auto', approval: true, pause: 0 },
        { percent: 10, approval: false, pause: 600 },
        { approval: false, pause: 0 },
      ],
      maxInFlight: { apps: 100, perNode: 2 },
      failureBudget: { count: 3, percent: 1 },
      onFailure: 'pause',
      minReadySeconds: 30,
      soak: 600,
      progressDeadlineSeconds: 600,
      newDroplets: 'afterCanary',
      restart: 'auto',
      surge: false,
    },
  });
});

for (const [name, change] of [
  ['a version with a slash', { rootfs: { version: 'a/b' } }],
  ['no registry', { registries: [] }],
  ['a wave of canaries and percent', { rollout: { waves: [{ apps: 'auto', percent: 1 }] } }],
  ['no wave', { rollout: { waves: [] } }],
  ['a negative budget', { rollout: { failureBudget: { count: -1 } } }],
  ['a soak without a unit', { rollout: { soak: '10' } }],
  ['no app in flight', { rollout: { maxInFlight: { apps: 0 } } }],
  ['a field that is not there', { rollout: { maxinflight: {} } }],
] as const) {
  test(`${name} is refused`, (t) => {
    t.false(stackSpec.safeParse({ ...least, ...change }).success);
  });
}

test('durations are as Go writes them', (t) => {
  const part = fc.integer({ min: 0, max: 999_999 });
  fc.assert(
    fc.property(part, part, part, (h, m, s) => {
      t.is(duration.parse(`${h}h${m}m${s}s`), h * 3600 + m * 60 + s);
    }),
  );
  t.is(duration.parse('1h30m'), 5400);
  for (const bad of ['', 's', '1', '1d', '30m1h', '-1s', '1.5h', ' 1s'])
    t.false(duration.safeParse(bad).success, bad);
});
