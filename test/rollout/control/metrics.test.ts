import test from 'ava';
import { createPatcherMetrics } from '../../../src/rollout/control/metrics.ts';
import type { StackResource } from '../../../src/rollout/stack/resource.ts';

const counts = { apps: 10, waiting: 4, moving: 1, done: 3, failed: 1, skipped: 1 };

function stack(name: string): StackResource {
  return { metadata: { name }, status: { phase: 'Rolling', roll: { counts } } } as StackResource;
}

test('what is told of a stack ends with it, and with the lead', async (t) => {
  const metrics = createPatcherMetrics();
  const told = async (): Promise<string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^dropstack_roll_(?:apps|phase)/.test(line));
  metrics.leading(true);
  metrics.looked(stack('one'));
  metrics.looked(stack('two'));
  for (const name of ['one', 'two'])
    for (const line of [
      `dropstack_roll_apps{stack="${name}",state="all"} 10`,
      `dropstack_roll_apps{stack="${name}",state="done"} 3`,
      `dropstack_roll_phase{stack="${name}",phase="Rolling"} 1`,
      `dropstack_roll_phase{stack="${name}",phase="Halted"} 0`,
    ])
      t.true((await told()).includes(line), line);

  metrics.gone('one');
  t.true((await told()).every((line) => line.includes('"two"')));
  t.is((await told()).length, 16);
  metrics.leading(false);
  t.deepEqual(await told(), []);
});

test('a stack that was never rolled has no apps on their way', async (t) => {
  const metrics = createPatcherMetrics();
  metrics.looked({ metadata: { name: 'new' }, status: { phase: 'Idle' } } as StackResource);
  t.regex(await metrics.registry.metrics(), /^dropstack_roll_apps\{stack="new",state="all"\} 0$/m);
});
