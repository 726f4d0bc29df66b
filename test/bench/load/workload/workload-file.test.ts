import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';
import { readWorkload, writeWorkload } from '../../../../bench/load/workload/workload-file.ts';
import { tempDir } from '../../../helpers/temp.ts';

test('a workload is read as it was written', async (t) => {
  const path = join(await tempDir(t), 'workload.json');
  for (const size of ['small', 'large'] as const) {
    const made = makeWorkload(size, { seed: -5, versions: 3 });
    await writeWorkload(path, made);
    t.deepEqual(await readWorkload(path), made);
  }
});

test('what is no workload is named', async (t) => {
  const path = join(await tempDir(t), 'workload.json');
  await writeFile(path, JSON.stringify({ ...makeWorkload('small'), apps: 0 }));
  await t.throwsAsync(readWorkload(path), { message: /workload\.json holds no workload.*apps/s });
});
