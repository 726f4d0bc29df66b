import { join } from 'node:path';
import test from 'ava';
import { collectionReport } from '../../src/collect/report.ts';
import { tempDir } from '../helpers/temp.ts';
import { putDroplet, startFacade } from '../protocol/facade.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { complaint, dropstack } from './dropstack.ts';

test('it collects on a store and through a facade, and tells what', async (t) => {
  const { url, operator, data } = await startFacade(t);
  await operator.rootfs.import('cflinuxfs4', '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote('cflinuxfs4', '1.0');
  const droplet = await tinyDroplet(t, 'kept');
  await putDroplet(operator, 'some-guid', droplet);
  await operator.droplets.remove('some-guid', droplet.sha1);
  for (const target of [
    ['--server', url],
    ['--data', data, '--uploads-only'],
  ]) {
    for (const dryRun of [true, false]) {
      const flags = dryRun ? ['--dry-run'] : [];
      const { code, stdout, stderr } = await dropstack([
        'gc',
        ...target,
        ...flags,
        '-o',
        'json',
        '--grace',
        '36h',
      ]);
      t.is(code, 0, stderr);
      const report = collectionReport.parse(JSON.parse(stdout));
      t.like(report, { dryRun, graceSeconds: 36 * 3600, seen: { droplets: 1 }, removed: [] });
      t.is(report.waiting.droplets, 1);
    }
    const { stdout } = await dropstack(['gc', ...target]);
    t.regex(stdout, /Nothing was to be removed/);
    t.regex(stdout, /Waiting: +1 droplets/);
  }
});

test('wrong input is told', async (t) => {
  const data = join(await tempDir(t), 'data');
  t.regex(complaint(t, await dropstack(['gc', '--data', data]), 2), /Which source.*--uploads-only/);
  for (const grace of ['7', '23h', '0d', '1w', '-3d']) {
    t.regex(complaint(t, await dropstack(['gc', '--data', data, '--grace', grace]), 2), /7d or 36h|argument/);
  }
});
