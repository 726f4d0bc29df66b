import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cached } from '../../test/helpers/cached.ts';
import { run } from '../../test/helpers/run.ts';
import { start } from '../../test/helpers/start.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { tinyRootfs } from '../../test/helpers/tiny.ts';
import { findTool } from '../../test/tools/find-tool.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import { treeCpuSeconds, treePeakRss } from '../process-tree.ts';
import { freePort } from '../../test/helpers/free-port.ts';
import { firstManifest, type Ask } from './ask.ts';
import type { Usage } from './measured.ts';

/** The predecessor's registry, which lies beside our checkout and is no part of it. */
const source = join(import.meta.dirname, '../../../shared/peers/bits-service/src');
const commit = 'cc4ef14';

const guid = 'ab12cd34-1111-4222-8333-444455556666';

/** What is asked of a fresh process; without `ask`, the list and the manifest that it names. */
export async function bitsService(droplet: BenchDroplet, ask: Ask = firstManifest): Promise<Usage> {
  await using stack = new AsyncDisposableStack();
  const program = await cached(`bits-service-${commit}`, build);
  const data = await tempDir(stack);
  await mkdir(join(data, 'assets'));
  await symlink(await tinyRootfs(stack, ''), join(data, 'assets/eirinifs.tar'));
  const folder = join(data, 'droplets', guid.slice(0, 2), guid.slice(2, 4), guid);
  await mkdir(folder, { recursive: true });
  await symlink(droplet.path, join(folder, droplet.sha1));

  const address = `127.0.0.1:${await freePort()}`;
  const { pid } = start(stack, program, ['-data', data, '-listen', address]);
  await served(`http://${address}/v2/`);
  const [cpuBefore, begun] = [await treeCpuSeconds(pid), performance.now()];
  await ask(`http://${address}/v2/cloudfoundry/${guid}`, droplet.sha1);
  const wallMs = performance.now() - begun;
  return { wallMs, cpuSeconds: (await treeCpuSeconds(pid)) - cpuBefore, peakRss: await treePeakRss(pid) };
}

async function build(target: string): Promise<void> {
  if (!existsSync(source))
    throw new Error(`bits-service's source is not there: it is looked for at ${source}`);
  const go = findTool('go');
  if (go === undefined)
    throw new Error("There is no Go compiler on the PATH to build bits-service's registry");
  await run(go, ['build', '-buildvcs=false', '-o', target, './cmd/ociregistry'], {
    cwd: source,
    timeout: 600_000,
  });
}

async function served(url: string): Promise<void> {
  const answers = () =>
    fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  for (const until = Date.now() + 10_000; !(await answers()); await delay(10))
    if (Date.now() > until) throw new Error(`bits-service does not answer at ${url}`);
}
