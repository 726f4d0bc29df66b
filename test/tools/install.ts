/**
 * Brings what the tests start: `npm test` runs it first. Silent and quick where nothing is missing. Where something
 * cannot be installed it says what and why; in CI that is a failure, elsewhere the tests that need it are skipped.
 */
import { findTool } from './find-tool.ts';
import { installDebian } from './install-debian.ts';
import { installGo } from './install-go.ts';
import { inventory, type Origin } from './inventory.ts';

const tools = Object.entries<Origin>(inventory);
const packages = tools.flatMap(([name, origin]) =>
  'debian' in origin && findTool(name) === undefined ? [origin.debian] : [],
);

const noDebian = installDebian([...new Set(packages)]);
const noGo = installGo();

for (const [name, origin] of tools) {
  if ('debian' in origin && findTool(name) === undefined)
    report(name, `Debian package ${origin.debian}`, noDebian);
  if (noGo.has(name)) report(name, 'built with Go', noGo.get(name));
}

function report(
  name: string,
  from: string,
  reason = 'it was installed without an error, and is not there',
): void {
  process.stderr.write(`The tests lack ${name} (${from}): ${reason}\n`);
  if (process.env['CI'] === 'true') process.exitCode = 1;
}
