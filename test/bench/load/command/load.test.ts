import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { readReport } from '../../../../bench/load/report/read-report.ts';
import { readWorkload, writeWorkload } from '../../../../bench/load/workload/workload-file.ts';
import { run } from '../../../helpers/run.ts';
import { start } from '../../../helpers/start.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { tiny } from '../scenarios/play.ts';

const withServer = testWith('setpriv');
const main = join(import.meta.dirname, '../../../../bench/main.ts');

withServer('what is not understood ends with 2 and the usage', async (t) => {
  const { code, stderr } = await run(process.execPath, [main, 'load', 'huge'], { mayFail: true });
  t.is(code, 2);
  t.regex(stderr, /neither a size nor a scenario huge/);
  t.regex(stderr, /Usage: npm run bench -- load/);
});

withServer('a run writes its report and workload, and leaves nothing else', async (t) => {
  const { home, args, out, env } = await prepare(t);
  const { code, stdout, stderr } = await run(process.execPath, args, { env, mayFail: true });
  t.is(code, 0, stderr);
  t.regex(stdout, /warm: All instances start again/);
  t.deepEqual((await readdir(out)).toSorted(), ['report.html', 'report.json', 'workload.json']);
  const { scenarios, workload } = await readReport(join(out, 'report.json'));
  t.deepEqual(
    scenarios.map(({ name }) => name),
    ['warm'],
  );
  t.deepEqual(workload, tiny);
  t.deepEqual(await readWorkload(join(out, 'workload.json')), tiny);
  t.deepEqual(await readdir(home), []);
});

withServer('a run that is interrupted leaves neither processes nor files', async (t) => {
  const { home, args, out, env } = await prepare(t);
  const bench = start(t, process.execPath, args, { env });
  await bench.logged(/warm …/);
  for (const until = Date.now() + 60_000; (await processesOf(home)) < 3; await delay(50))
    if (Date.now() > until) t.fail(`Nothing starts: ${bench.log()}`);
  bench.kill('SIGINT');
  t.is(await bench.ended, 130, bench.log());
  for (const until = Date.now() + 60_000; (await processesOf(home)) > 0; await delay(50))
    if (Date.now() > until) t.fail('Processes are left');
  t.deepEqual(await readdir(home), []);
  t.deepEqual(await readdir(out).catch(() => []), []);
});

/** Where a run of the tiny workload has its temporary files, and how it is run. */
async function prepare(t: ExecutionContext) {
  const [home, files] = [await tempDir(t), await tempDir(t)];
  const [file, out] = [join(files, 'tiny.json'), join(files, 'out')];
  await writeWorkload(file, tiny);
  const args = [main, 'load', 'warm', '--workload', file, '--out', out];
  return { home, args, out, env: { ...process.env, TMPDIR: home } };
}

/** How many were started with temporary files there. */
async function processesOf(home: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return environments.filter((text) => text.includes(`TMPDIR=${home}`)).length;
}
