import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { version } from '../../src/version.ts';
import { run } from '../helpers/run.ts';

const root = join(import.meta.dirname, '../..');

/** What may be part of something under Apache-2.0 and handed on with it. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
]);

type Locked = { name?: string; version: string; integrity: string; dev?: true; optional?: true };
type Component = {
  name: string;
  version: string;
  purl: string;
  licenses?: { license?: { id: string }; expression?: string }[];
  hashes?: { alg: string; content: string }[];
};
type Bom = {
  bomFormat: string;
  metadata: { component: Component & { type: string } };
  components: Component[];
};

test('the bill of materials has every package of production; each has its hash and a licence that may be', async (t) => {
  const { stdout } = await run('npm', ['run', '--silent', 'sbom'], { cwd: root });
  const bom = JSON.parse(stdout) as Bom;
  t.is(bom.bomFormat, 'CycloneDX');
  t.like(bom.metadata.component, { name: 'dropstack', version, type: 'application' });
  t.deepEqual(licencesOf(bom.metadata.component), ['Apache-2.0']);

  const listed = new Map(bom.components.map((component) => [nameOf(component), component]));
  const locked = await production();
  t.true(listed.size > 50);
  // Of binaries for other machines, neither bytes nor licence are here.
  for (const [name, { optional }] of locked)
    t.true(listed.has(name) || optional === true, `${name} is missing`);
  for (const [name, component] of listed) {
    const hashes = component.hashes?.map(({ content }) => Buffer.from(content, 'hex').toString('base64'));
    t.deepEqual(hashes, [locked.get(name)?.integrity.replace(/^sha512-/, '')], name);
    const licences = licencesOf(component);
    t.is(licences.length, 1, name);
    t.true(allowed.has(licences[0] ?? ''), `${name}: ${licences[0] ?? 'no licence'}`);
  }
});

/** What the lock installs without the development dependencies, by name and version. */
async function production(): Promise<Map<string, Locked>> {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
  const entries = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  return new Map(
    entries.map(([path, locked]) => {
      const name = locked.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return [nameOf({ name, version: locked.version }), locked];
    }),
  );
}

function nameOf({ name, version: of }: { name: string; version: string }): string {
  return `${name}@${of}`;
}

function licencesOf({ licenses = [] }: Component): (string | undefined)[] {
  return licenses.map(({ license, expression }) => license?.id ?? expression);
}
