// Prints the bill of materials of what is installed here for production; with --node also of the Node that runs this, for an image.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const format = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const bom = JSON.parse(execFileSync('npm', ['sbom', ...format], { maxBuffer: Infinity }));
// npm names a project after its folder.
bom.metadata.component.name = JSON.parse(readFileSync('package.json')).name;
// Its --omit dev would leave out what is there for development and for production too.
const dropped = new Set(bom.components.filter(isForDevelopment).map((component) => component['bom-ref']));
bom.components = bom.components.filter((component) => !dropped.has(component['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => !dropped.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => !dropped.has(other)) }));
if (process.argv.includes('--node')) bom.components.push(runtime(process.versions.node));
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);

function isForDevelopment({ properties }) {
  return properties.some(({ name }) => name === 'cdx:npm:package:development');
}

function runtime(version) {
  return {
    'bom-ref': `node@${version}`,
    type: 'platform',
    name: 'node',
    version,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl: `pkg:generic/node@${version}`,
    licenses: [{ license: { id: 'MIT' } }],
  };
}
