import type { Owner } from './owner.ts';
import { start } from './start.ts';
import { toolPath } from './tools.ts';

/** Starts a registry that is not ours: crane's, in memory, over plain HTTP. @returns its `host:port` */
export async function plainRegistry(owner: Owner): Promise<string> {
  const registry = start(owner, toolPath('crane'), ['registry', 'serve', '--address', '127.0.0.1:0']);
  const [, port] = await registry.logged(/serving on port (\d+)/);
  return `127.0.0.1:${port ?? ''}`;
}
