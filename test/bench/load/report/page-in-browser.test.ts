import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pageOf } from '../../../../bench/load/report/page-of.ts';
import { run } from '../../../helpers/run.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { madeUpReport } from './made-up-report.ts';

const chromiumTest = testWith('chromium');

const options = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--enable-logging=stderr',
  '--v=0',
];

chromiumTest('a browser draws every chart from the file, and has nothing to say against it', async (t) => {
  const directory = await tempDir(t);
  const page = join(directory, 'report.html');
  // As if somebody had opened them: the tables of seconds are made only then.
  await writeFile(page, (await pageOf(madeUpReport())).replaceAll('<details ', '<details open '));
  const { stdout: dom, stderr } = await run('chromium', [
    ...options,
    `--user-data-dir=${join(directory, 'profile')}`,
    '--dump-dom',
    pathToFileURL(page).href,
  ]);
  t.is(dom.match(/<canvas /g)?.length, 48, stderr);
  t.is(dom.match(/<tr><td>\d/g)?.length, secondsOf(madeUpReport()));
  t.deepEqual(
    stderr.split('\n').filter((line) => line.includes('CONSOLE')),
    [],
  );
});

function secondsOf({ scenarios }: ReturnType<typeof madeUpReport>): number {
  return scenarios.reduce((sum, { timeline }) => sum + timeline.length, 0);
}
