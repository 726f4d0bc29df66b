import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { blocksOf } from './blocks.ts';
import { comparable, outputPattern } from './output-pattern.ts';
import { project } from './run-page.ts';
import { ranPages } from './worlds.ts';

test('a block is what its language and its first line say', (t) => {
  const page = [
    'Text.',
    '```sh\necho a\n```',
    '```text\na\n```',
    '```text\nno output of anything\n```',
    '```sh\n# Not run here: it needs a network.\nfetch\n```',
    '```text\nwhat it would print\n```',
    '```sh\n# In a terminal of its own.\nserve\n```',
    '```yaml\n# /etc/a.yml\na: 1\n```',
    '```yaml\n# a.yml, or another\na: 1\n```',
    '```sh\n#!/bin/sh\n# /usr/local/bin/a\necho\n```',
    '1. In a list:\n\n   ```sh\n   if true; then\n     echo b\n   fi\n   ```',
    '```\nplain\n```',
    '<!-- Not run here: it is long. -->\n```sh\necho c\n```',
  ].join('\n\n');
  const [ran, other, notRun, ...rest] = blocksOf(page);
  t.deepEqual(ran, { line: 3, text: 'echo a', kind: 'run', output: 'a' });
  t.like(other, { kind: 'shown' });
  t.like(notRun, { kind: 'not-run', why: 'it needs a network.' });
  t.deepEqual(
    rest.map(({ kind }) => kind),
    ['shown', 'stay', 'file', 'shown', 'file', 'run', 'shown', 'not-run'],
  );
  t.like(rest[2], { path: '/etc/a.yml', text: '# /etc/a.yml\na: 1' });
  t.like(rest[4], { path: '/usr/local/bin/a' });
  t.is(rest[5]?.text, 'if true; then\n  echo b\nfi');
  t.like(rest[7], { why: 'it is long.', text: 'echo c' });
  t.throws(() => blocksOf('```sh\necho'), { message: /line 1 is left open/ });
});

test('output is compared but for what is left out, and for the width of columns', (t) => {
  t.true(fits('a  b', 'a        b\n'));
  t.false(fits('a b', 'ab\n'));
  t.true(fits('of …, sha256:…', 'of app, sha256:1234\n'));
  t.false(fits('of …', 'of app\nand more\n'));
  t.true(fits('…\nlast', 'first\nsecond\nlast\n'));
  t.true(fits('…\nlast', 'last'));
  t.false(fits('first\n…', 'second\nfirst'));
  t.false(fits('a.c', 'abc'));
});

test('whatever is printed is what is shown of it, with parts left out or not, and no more', (t) => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/…|\s/u.test(text) && text !== '');
  const lines = fc.array(line, { minLength: 1 });
  fc.assert(
    fc.property(lines, fc.nat(), (printed, at) => {
      const [all, left, more] = [printed, printed.with(at % printed.length, '…'), [...printed, 'more']];
      t.true(fits(all.join('\n'), printed.join('\n')));
      t.true(fits(left.join('\n'), printed.join('\n')));
      t.false(fits(more.join('\n'), printed.join('\n')));
    }),
  );
});

/** What begins a line that a reader is to type. */
const command =
  /^ *(?:\$ )?(?:[A-Z_]+=\S* )*(?:apt|bash|cp|crane|ctr|curl|docker|dropstack|git|helm|htpasswd|kubectl|node|npm|npx|openssl|podman|sh|skopeo|sudo|systemctl)\s/m;

test('every command of every page is run, or says why not', async (t) => {
  let commands = 0;
  // The commands of cli.md are the program's own help, and what it prints.
  const names = glob(['*.md', 'docs/**/*.md', 'deploy/**/*.md'], { cwd: project, exclude: ['docs/cli.md'] });
  for await (const name of names) {
    const text = await readFile(join(project, name), 'utf8');
    const indented = withoutFences(text).match(/^ {4,}\S.*$/gm) ?? [];
    t.deepEqual(
      indented.filter((line) => command.test(line)),
      [],
      `${name}: fence the commands, as sh`,
    );
    for (const block of blocksOf(text)) {
      const place = `${name}, line ${block.line}`;
      if (block.kind === 'not-run') t.regex(block.why, /[.]$/, place);
      if (block.kind === 'shown') t.notRegex(block.text, command, `${place}: let it be sh`);
      if (block.kind !== 'run' && block.kind !== 'stay') continue;
      commands++;
      t.true(
        ranPages.includes(name),
        `${place}: no test runs this page; let it be one of worlds.ts, or mark it`,
      );
    }
  }
  t.true(commands > 60, 'the commands were found');
});

function fits(shown: string, printed: string): boolean {
  return outputPattern(shown).test(comparable(printed));
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^( *)```[^]*?^\1```/gm, '');
}
