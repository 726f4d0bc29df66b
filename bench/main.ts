import { memoryBench } from './memory.ts';

const [name, ...args] = process.argv.slice(2);

if (name === 'memory') await memoryBench(Number(args[0] ?? 1024));
else {
  process.stderr.write('Which benchmark? npm run bench -- memory [megabytes]\n');
  process.exitCode = 2;
}
