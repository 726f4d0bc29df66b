import { atEnd, type Owner } from '../owner.ts';
import { dropstack, type Served } from '../serve.ts';
import { start, type Running } from '../start.ts';

/**
 * Starts `dropstack patcher` as the user of a kubeconfig, which works with a facade as its administrator.
 * @param flags more of them; `node`: of its runtime
 */
export function startPatcher(
  owner: Owner,
  kubeconfig: string,
  { admin, puller: { host, ca } }: Pick<Served, 'admin' | 'puller'>,
  flags: { own?: readonly string[]; node?: readonly string[] } = {},
): Running {
  const { own = [], node = [] } = flags;
  const where = ca === undefined ? [`http://${host}`] : [`https://${host}`, '--ca', ca];
  const args = [dropstack, 'patcher', '--kubeconfig', kubeconfig, '--server', ...where, ...own];
  const env = { ...process.env, DROPSTACK_PASSWORD: admin.replace('admin:', '') };
  const patcher = start(owner, process.execPath, [...node, ...args], { env });
  atEnd(owner, () => Promise.resolve(patcher.kill('SIGKILL')));
  return patcher;
}
