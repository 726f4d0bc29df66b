import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import test from 'ava';
import { anchorsOf, slugOf, withoutCode } from './anchors.ts';

const root = join(import.meta.dirname, '../..');
const rooms = ['src', 'test', 'bench', 'deploy', 'fixtures', 'docs', '.ci'];

type Page = { name: string; text: string };

async function pages(): Promise<Page[]> {
  const names = await Array.fromAsync(glob(['*.md', 'docs/**/*.md', 'deploy/**/*.md'], { cwd: root }));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(root, name), 'utf8') })));
}

test('every link leads to a file that is there, and to a heading that it has', async (t) => {
  const all = await pages();
  const anchors = new Map(all.map(({ name, text }) => [name, anchorsOf(text)]));
  const isThere = (from: string, target: string): boolean => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? from : normalize(join(dirname(from), path));
    if (!existsSync(join(root, file))) return false;
    return anchor === undefined || !file.endsWith('.md') || anchors.get(file)?.has(anchor) === true;
  };
  const links = all.flatMap(({ name, text }) => linksOf(text).map((target) => ({ name, target })));
  const broken = links.filter(({ name, target }) => !isThere(name, target));
  t.deepEqual(broken, []);
  t.true(links.length > 150, 'the links were found');
});

test('every file of the project that a page names is there', async (t) => {
  const files = await Array.fromAsync(glob(`{${rooms.join(',')}}/**`, { cwd: root }));
  const isThere = (path: string): boolean =>
    files.some((file) => matchesGlob(file, path) || matchesGlob(file, `**/${path}`));
  // The changelog tells of what was.
  const told = (await pages()).filter(({ name }) => name !== 'CHANGELOG.md');
  const named = told.flatMap(({ name, text }) => pathsOf(text).map((path) => ({ name, path })));
  const missing = named.filter(({ path }) => !isThere(path));
  t.deepEqual(missing, []);
  t.true(named.length > 150, 'the names were found');
});

test('every page is in the index', async (t) => {
  const index = await readFile(join(root, 'docs/README.md'), 'utf8');
  const linked = new Set(linksOf(index).map((target) => target.split('#')[0]));
  const names = await Array.fromAsync(glob('*.md', { cwd: join(root, 'docs') }));
  t.deepEqual(
    names.filter((name) => name !== 'README.md' && !linked.has(name)),
    [],
  );
});

test('headings become the anchors that GitHub makes of them', (t) => {
  const slugs: [heading: string, slug: string][] = [
    ['Install', 'install'],
    ['A rootfs from a registry', 'a-rootfs-from-a-registry'],
    ['What a `Stack` says', 'what-a-stack-says'],
    ["Who's who, and *why*?", 'whos-who-and-why'],
    ['containerd 1.6 and 2', 'containerd-16-and-2'],
    ['From [bits-service](https://example.org) on', 'from-bits-service-on'],
    ['one – two', 'one--two'],
    ['snake_case stays', 'snake_case-stays'],
  ];
  for (const [heading, slug] of slugs) t.is(slugOf(heading), slug);
  t.deepEqual([...anchorsOf('# A\n\n## B\n\n```sh\n# no heading\n```\n\n## B\n')], ['a', 'b', 'b-1']);
});

/** Targets of links within the project. */
function linksOf(markdown: string): string[] {
  const text = withoutCode(markdown).replaceAll(/`[^`]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/**
 * Paths in code within sentences: from the root, or of a source file from any folder on. Of source files also their names alone,
 * and those within commands. `*` is any part of a name.
 */
function pathsOf(markdown: string): string[] {
  const paths = [...withoutCode(markdown).matchAll(/`([\w.*{},-]+(?:\/[\w.*{},-]+)+)\/?`/g)]
    .map(([, path = '']) => path)
    .filter((path) => rooms.includes(path.split('/')[0] ?? '') || path.endsWith('.yaml'));
  const sources = markdown.matchAll(/(?<![\w.*{}/~-])[\w.*{},/-]*[\w*}-]\.(?:ts|js|go|sh)\b(?![\w/])/g);
  return [...paths, ...[...sources].map(([path]) => normalize(path).replace(/^(?:\.\.\/)+/, ''))].filter(
    (path) => !path.startsWith('/'),
  );
}
