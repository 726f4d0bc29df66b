import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { version } from '../../src/version.ts';

const path = join(import.meta.dirname, '../../CHANGELOG.md');
const kinds = new Set(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']);

test('the changelog begins with what is not released; then comes the version in package.json, then older ones', async (t) => {
  const text = await readFile(path, 'utf8');
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
  const [first, ...releases] = headings;
  t.is(first, '[Unreleased]');
  const dated = releases.map((heading) => /^\[(\d+\.\d+\.\d+\S*)\] - (\d{4}-\d\d-\d\d)$/.exec(heading));
  t.false(dated.includes(null), `a heading is not "[version] - date": ${releases.join(', ')}`);
  t.is(dated[0]?.[1], version);
  t.is(new Set(releases.map((heading) => heading.split(' ')[0])).size, releases.length);
  const dates = dated.map((match) => match?.[2] ?? '');
  t.deepEqual(dates, dates.toSorted().toReversed());
  for (const date of dates) t.is(new Date(date).toISOString().slice(0, 10), date);
});

test('what a version brings stands below one of the six kinds', async (t) => {
  const sections = (await readFile(path, 'utf8')).split(/^## /m).slice(1);
  for (const section of sections) {
    const [name = '', ...parts] = section.split(/^### /m);
    t.notRegex(name, /^- /m, 'an entry stands below no kind');
    for (const part of parts) {
      t.true(kinds.has(part.split('\n')[0] ?? ''), part);
      t.regex(part, /^- \S/m, `nothing stands below ${part}`);
    }
  }
});
