import { findTool } from '../tools/find-tool.ts';
import type { ToolName } from '../tools/inventory.ts';

/**
 * The path of a program that the tests' installer brings.
 * @throws Error where it is missing
 */
export function toolPath(name: ToolName): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(`${name} is not installed: run "npm run pretest", which says why`);
  return path;
}

/** Which of these is missing; `root` stands for the right to mount and to run containers. */
export function missing(needs: readonly (ToolName | 'root')[]): string[] {
  return needs.filter((need) => (need === 'root' ? process.getuid?.() !== 0 : findTool(need) === undefined));
}
