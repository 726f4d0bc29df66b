import { Readable } from 'node:stream';
import test from 'ava';
import type { AuditEntry } from '../../src/operator/audit/entry.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import type { Bed } from './conformance.ts';

/** What every operator writes down of what it changes. @param bed is there once tests run */
export function auditConformance(bed: () => Bed): void {
  /** What was written down of a stack or guid, oldest first, without what differs each time. */
  const told = async (name: string): Promise<Partial<AuditEntry>[]> => {
    const { entries } = await bed().operator.audit.list({ limit: 1000 });
    const found = entries.filter(({ stack, guid }) => stack === name || guid === name);
    const each = new Set(['format', 'id', 'at', 'address', 'request']);
    return found
      .map((entry) => Object.fromEntries(Object.entries(entry).filter(([field]) => !each.has(field))))
      .toReversed();
  };

  test('each change is written down, and what changes nothing is not', async (t) => {
    const { operator, by: user } = bed();
    const { rootfs } = operator;
    for (const version of ['1', '2']) {
      const path = await tinyRootfs(t, `audited ${version}`);
      await rootfs.import('audited', version, path, {});
      await rootfs.import('audited', version, path, {});
    }
    await rootfs.promote('audited', '1');
    await rootfs.promote('audited', '1');
    await rootfs.promote('audited', '2');
    const placements = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`guid-${i}`, '1']));
    await rootfs.place('audited', placements);
    await rootfs.place('audited', { 'guid-0': null, 'guid-1': '1' });
    await rootfs.place('audited', { 'guid-1': '1' });
    await t.throwsAsync(rootfs.retire('audited', '1'));
    await rootfs.place('audited', Object.fromEntries(Object.keys(placements).map((guid) => [guid, null])));
    await rootfs.markInUse('audited', 'Cluster.a', ['2']);
    await rootfs.markInUse('audited', 'Cluster.a', ['2']);
    await rootfs.retire('audited', '1');
    await rootfs.retire('audited', '1');
    await t.throwsAsync(rootfs.promote('audited', 'none'));
    const stack = 'audited';
    const done = { user, stack, outcome: 'done' } as const;
    const found = await told('audited');
    const [refused] = found.splice(6, 1);
    t.like(refused, { user, stack, action: 'retire', version: '1', outcome: 'refused' });
    t.regex(refused?.reason ?? '', /39999 placed on it/);
    t.deepEqual(found, [
      { ...done, action: 'import', version: '1' },
      { ...done, action: 'import', version: '2' },
      { ...done, action: 'promote', version: '1' },
      { ...done, action: 'promote', version: '2', previous: '1' },
      { ...done, action: 'place', count: 40_000, first: firstOf('1') },
      { ...done, action: 'place', count: 2, first: { 'guid-0': null, 'guid-1': '1' } },
      { ...done, action: 'place', count: 40_000, first: firstOf(null) },
      { ...done, action: 'use', holder: 'Cluster.a', versions: ['2'] },
      { ...done, action: 'retire', version: '1' },
      {
        user,
        stack,
        action: 'promote',
        version: 'none',
        outcome: 'refused',
        reason: 'No version none of stack audited: import it first',
      },
    ]);
  });

  test('what is changed of droplets is written down, and what is refused; the same again only of a deletion', async (t) => {
    const { operator, by: user } = bed();
    const { droplets } = operator;
    const { bytes, sha1: hash } = await tinyDroplet(t, 'audited');
    const put = (given: Buffer) =>
      droplets.put('audited-app', hash, Readable.from([given]), { wait: true, stack: 'cflinuxfs4' });
    await put(bytes);
    await t.throwsAsync(put(Buffer.from('other bytes')));
    await put(bytes);
    await droplets.assignStack('audited-app', 'cflinuxfs4');
    await droplets.assignStack('audited-app', 'another-stack');
    await put(bytes);
    await droplets.verify('audited-app', hash);
    await droplets.remove('audited-app', hash);
    await droplets.remove('audited-app', hash);
    await put(bytes);
    const name = { user, guid: 'audited-app' };
    const [first, second, ...rest] = await told('audited-app');
    t.deepEqual(first, { ...name, hash, action: 'put', stack: 'cflinuxfs4', outcome: 'done' });
    t.like(second, { ...name, action: 'put', outcome: 'refused' });
    t.regex(second?.reason ?? '', /not to the announced/);
    t.deepEqual(rest, [
      { ...name, action: 'assign', stack: 'another-stack', outcome: 'done' },
      { ...name, hash, action: 'put', stack: 'cflinuxfs4', outcome: 'done' },
      { ...name, hash, action: 'delete', outcome: 'done' },
      // The first might have failed half-way.
      { ...name, hash, action: 'delete', outcome: 'done' },
      { ...name, hash, action: 'put', stack: 'cflinuxfs4', outcome: 'done' },
    ]);
  });

  test('a collection is written down, and a dry run is none', async (t) => {
    const { operator, by: user } = bed();
    const run = { graceSeconds: 86_400, allowLarge: false };
    await operator.collection.run({ ...run, dryRun: true });
    await operator.collection.run({ ...run, dryRun: false });
    const { entries } = await operator.audit.list({ limit: 1000 });
    const [found, ...others] = entries.filter(({ action }) => action === 'collect');
    t.like(found, { user, outcome: 'done' });
    t.is(typeof found?.count, 'number');
    t.deepEqual(others, []);
  });

  test('the log is read in pages', async (t) => {
    const { audit, droplets } = bed().operator;
    for (let i = 0; i < 8; i++) await droplets.assignStack('paged-app', `stack-${i}`);
    // Others write at this moment.
    const entries = (await audit.list({ limit: 1000 })).entries.slice(3);
    const page = await audit.list({ limit: 2, before: entries[0]?.id });
    t.deepEqual(page, { entries: entries.slice(1, 3), next: entries[2]?.id });
    t.deepEqual((await audit.list({ limit: 1000, since: entries[1]?.id })).entries.at(-1), entries[1]);
  });
}

function firstOf(version: string | null): Record<string, string | null> {
  return Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`guid-${i}`, version]));
}
