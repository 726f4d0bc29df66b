/** What a command has to load before it can answer: counted in packages, since times depend on the machine. */
import test from 'ava';
import { dropstack } from './dropstack.ts';

/** Tells on standard error what a process has loaded, when it ends. */
const teller = `
import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => writeSync(2, '\\n' + loaded.join('\\n')));
`;

/** The packages that a command loads, by name. */
async function packagesOf(args: readonly string[]): Promise<string[]> {
  const { stderr } = await dropstack(args, {
    DROPSTACK_SERVER: 'http://127.0.0.1:1',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(teller)}`,
  });
  const names = [...stderr.matchAll(/^file:.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/gm)];
  return [...new Set(names.map(([, name = '']) => name))].toSorted();
}

for (const args of [
  ['--version'],
  ['--help'],
  ['serve', '--help'],
  ['rollout', 'plan', '--help'],
  ['rootfs', 'lst'],
  ['completion', 'bash'],
  ['__names', 'stacks'],
]) {
  test.serial(`nothing but the parser of the command line: ${args.join(' ')}`, async (t) => {
    t.deepEqual(await packagesOf(args), ['commander']);
  });
}

/** What serves, stores, logs and asks Kubernetes. */
const ofFacade = /^(?:@aws-sdk|@smithy|@koa|@kubernetes|koa|lru-cache|pino|prom-client|undici|yaml)\b/;

for (const args of [['rootfs', 'list'], ['droplet', 'show', 'some-app', '0'.repeat(40)], ['audit']]) {
  test.serial(`asks a facade without what a facade is made of: ${args.join(' ')}`, async (t) => {
    const packages = await packagesOf(args);
    t.true(packages.includes('zod'));
    t.deepEqual(
      packages.filter((name) => ofFacade.test(name)),
      [],
    );
  });
}
