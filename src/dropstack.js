#!/usr/bin/env node
// Plain JavaScript: what it loads is TypeScript, and Node keeps what it made of that only if it is told to before. Without
// the cache, each process would hold the compiler, some 25 MB, and start a third of a second later.
import module from 'node:module';

if (Number(process.versions.node.split('.')[0]) < 26) {
  console.error(
    `dropstack: this is Node ${process.versions.node}; run it with the one it brings: npx dropstack, or npm start`,
  );
  process.exit(1);
}
module.enableCompileCache();
await import('./main.ts');
module.flushCompileCache();
