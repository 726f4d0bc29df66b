#!/usr/bin/env node
// Plain JavaScript: what it loads is TypeScript, and Node keeps what it made of that only if it is told to before. Without
// the cache, each process would hold the compiler, some 25 MB, and start a third of a second later.
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

if (Number(process.versions.node.split('.')[0]) < 26) {
  console.error(
    `dropstack: this is Node ${process.versions.node}, and it needs 26: in a checkout run npx dropstack, which brings it; elsewhere install it`,
  );
  process.exit(1);
}
const compiled = join(tmpdir(), `dropstack-compiled-${process.getuid()}`);
if (module.getCompileCacheDir() === undefined && isOurs(compiled)) module.enableCompileCache(compiled);
// A package has what was made of the sources: below node_modules, Node takes no types.
await import(existsSync(join(import.meta.dirname, 'main.ts')) ? './main.ts' : '../dist/main.js');
module.flushCompileCache();

/**
 * Whether a directory is there, or can be made, in which nobody else writes: who changed what Node has compiled would have us
 * run it. Where there is none, we do without.
 */
function isOurs(path) {
  try {
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
