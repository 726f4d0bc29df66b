import test from 'ava';
import { stackSummaries } from '../../../src/dashboard/model/stacks.ts';
import type { VersionSummary } from '../../../src/operator/operator.ts';

function version(name: string, more: Partial<VersionSummary> = {}): VersionSummary {
  const platform = { os: 'linux', architecture: 'amd64', size: 1, layers: 1, packages: 1 };
  return { stack: 'fs', version: name, ...platform, promoted: false, placed: 0, retired: false, ...more };
}

const versions = [version('1', { promoted: true, placed: 10 }), version('2', { placed: 30 }), version('3')];

test('who is not placed gets what is promoted', (t) => {
  const [summary] = stackSummaries(versions, { fs: 100 });
  t.like(summary, { stack: 'fs', promoted: '1', apps: 100 });
  t.deepEqual(
    summary?.parts.map((part) => [part.version, part.apps]),
    [
      ['1', 70],
      ['2', 30],
    ],
  );
});

test('while apps were not counted, only placements are told', (t) => {
  const [summary] = stackSummaries(versions);
  t.is(summary?.apps, undefined);
  t.deepEqual(
    summary?.parts.map((part) => part.apps),
    [undefined, 30],
  );
});

test('more may be placed than have a droplet', (t) => {
  const [summary] = stackSummaries(versions, {});
  t.is(summary?.apps, 40);
  t.deepEqual(
    summary?.parts.map((part) => part.apps),
    [10, 30],
  );
});

test('stacks come by name, those of which nothing is promoted too', (t) => {
  const all = stackSummaries([version('1', { stack: 'b' }), version('1', { stack: 'a', promoted: true })]);
  t.deepEqual(
    all.map(({ stack, promoted }) => [stack, promoted]),
    [
      ['a', '1'],
      ['b', undefined],
    ],
  );
});
