import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readReport } from '../../../../bench/load/report/read-report.ts';
import { writeReport } from '../../../../bench/load/report/write-report.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { madeUpReport } from './made-up-report.ts';

test('what is written can be read, and several writers leave two whole files', async (t) => {
  const directory = join(await tempDir(t), 'new/one');
  const reports = [madeUpReport(), madeUpReport('other'), madeUpReport('x'.repeat(1000))];
  await Promise.all(reports.map((report) => writeReport(directory, report)));
  t.deepEqual((await readdir(directory)).toSorted(), ['report.html', 'report.json']);
  const read = await readReport(join(directory, 'report.json'));
  t.true(reports.some((report) => JSON.stringify(report) === JSON.stringify(read)));
  t.true((await readFile(join(directory, 'report.html'), 'utf8')).endsWith('</html>\n'));
});

test('a report that cannot be read is named, with what is wrong', async (t) => {
  const path = join(await tempDir(t), 'report.json');
  const says = (message: RegExp) => t.throwsAsync(readReport(path), { message });
  await says(/^Cannot read the report .*report\.json: .*ENOENT/);
  await writeFile(path, '{');
  await says(/^Cannot read the report .*SyntaxError/);
  await writeFile(path, JSON.stringify({ ...madeUpReport(), format: 2, begun: 'yesterday' }));
  await says(/^Cannot read the report [^]*at format[^]*at begun/);
});
