import test from 'ava';
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ok, warning, type Check } from '../../../src/cli/doctor/check.ts';
import { checks } from '../../../src/cli/doctor/checks.ts';
import { drift } from '../../../src/cli/doctor/drift.ts';
import { examine } from '../../../src/cli/doctor/examine.ts';
import { patcherRights } from '../../../src/cli/doctor/rights.ts';
import { openSite } from '../../../src/cli/doctor/site.ts';
import { Untried } from '../../../src/cli/doctor/untried.ts';

const site = openSite({ data: 'nothing', namespace: 'dropstack' }, {});

function check(name: string, needs: string[], work: Check['try']): Check {
  return { name, needs, tries: `try ${name}`, mend: `mend ${name}`, try: work };
}

test('what needs something that failed is not tried; all else is', async (t) => {
  const listed = [
    check('a', [], async () => Promise.reject(new Error('broken'))),
    check('b', ['a'], async () => t.fail()),
    check('c', ['b'], async () => t.fail()),
    check('d', [], async () => Promise.reject(new Untried('nothing was given'))),
    check('e', ['f'], async () => ok('well')),
    check('f', [], async () => warning('so so', 'do something')),
    check('g', ['f'], async () => ok('well')),
    check('h', [], () => new Promise(() => {})),
  ];
  const found = await Array.fromAsync(examine(listed, site, 50));
  t.deepEqual(
    found.map(({ check: name, level, found: what, mend }) => [name, level, what, mend]),
    [
      ['a', 'failure', 'broken', 'mend a'],
      ['b', 'untried', 'needs a', undefined],
      ['c', 'untried', 'needs b', undefined],
      ['d', 'untried', 'nothing was given', undefined],
      ['e', 'ok', 'well', undefined],
      ['f', 'warning', 'so so', 'do something'],
      ['g', 'ok', 'well', undefined],
      ['h', 'failure', 'nothing came of it within 0 seconds', 'mend h'],
    ],
  );
});

test('checks stand behind what they need, under names of their own', (t) => {
  const seen = new Set<string>();
  for (const { name, needs } of checks) {
    for (const need of needs) t.true(seen.has(need), `${name} needs ${need}`);
    t.false(seen.has(name), name);
    seen.add(name);
  }
});

test('a clock is judged by how far it is off, from whichever side', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.nat(1e7), fc.nat(1e6), (before, off, took) => {
      const levels = [
        drift(before - off, before, before + took),
        drift(before + took + off, before, before + took),
      ];
      for (const { level } of levels)
        t.is(level, off <= 5_000 ? 'ok' : off <= 300_000 ? 'warning' : 'failure');
      t.is(drift(before + Math.floor(took / 2), before, before + took).level, 'ok');
    }),
  );
  t.is(drift(NaN, 0, 1).level, 'failure');
});

const rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).default(['']),
});
const role = z.object({ kind: z.enum(['ClusterRole', 'Role']), rules: z.array(rule) });

test('what is asked for is what the patcher is given', async (t) => {
  const path = join(import.meta.dirname, '../../../deploy/patcher/rbac.yaml');
  const documents = parseAllDocuments(await readFile(path, 'utf8')).map((item) => item.toJS() as unknown);
  const given = documents.flatMap((document) => {
    const { success, data } = role.safeParse(document);
    if (!success) return [];
    return data.rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) =>
            verbs.map((verb) => `${data.kind === 'Role'} ${group} ${resource} ${name} ${verb}`),
          ),
        ),
      ),
    );
  });
  const asked = patcherRights.flatMap(({ group, resource, subresource, verbs, isOwn = false, name = '' }) => {
    const whole = [resource, subresource].filter((part) => part !== undefined).join('/');
    return verbs.map((verb) => `${isOwn} ${group} ${whole} ${name} ${verb}`);
  });
  t.deepEqual(asked.toSorted(), given.toSorted());
});
