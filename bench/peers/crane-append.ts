import { join } from 'node:path';
import { busyboxImage } from '../../test/helpers/busybox-image.ts';
import { plainRegistry } from '../../test/helpers/plain-registry.ts';
import { run } from '../../test/helpers/run.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import { measured, type Usage } from './measured.ts';

/** Has crane put the droplet as it is over a small image of a registry on the loopback, into an archive. */
export async function craneAppend({ path }: BenchDroplet): Promise<Usage> {
  await using stack = new AsyncDisposableStack();
  const crane = toolPath('crane');
  const host = await plainRegistry(stack);
  const base = `${host}/base:1`;
  await run(crane, ['push', (await busyboxImage(stack, base)).layout, base]);
  const target = ['--new_tag', `${host}/app:1`, '--output', join(await tempDir(stack), 'image.tar')];
  return await measured(crane, ['append', '--base', base, '--new_layer', path, ...target]);
}
