import { readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { stripTypeScriptTypes } from 'node:module';

/** Modules as a browser takes them, by their paths below `root`. */
export type Modules = ReadonlyMap<string, string>;

/**
 * A module and all that it imports by a relative path, and no other file: what a browser may ask for is decided here, never by its
 * request. In a checkout they are TypeScript, whose types go; in a package that was done before.
 * @param root the folder that all of them are in
 * @param entry below it, without an extension
 */
export async function modulesFrom(root: string, entry: string): Promise<Modules> {
  const found = new Map<string, string>();
  const wanted = [join(root, entry + extname(import.meta.filename))];
  for (let file = wanted.pop(); file !== undefined; file = wanted.pop()) {
    const name = relative(root, file);
    if (found.has(name)) continue;
    const text = await readFile(file, 'utf8');
    const script = file.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
    found.set(name, script);
    for (const [, path = ''] of script.matchAll(imports)) wanted.push(join(file, '..', path));
  }
  return found;
}

const imports = /^(?:import|export)\b[^'";]*from\s*'(\.[^']+)'/gm;
