import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { defaultLimits, rules } from '../src/droplet/rules.ts';
import { known } from './exact/known.ts';

const root = join(import.meta.dirname, '..');

test('the rules in the documents are those of the code', async (t) => {
  const tables = {
    'rules: change': ruleTable('change'),
    'rules: refuse': ruleTable('refuse'),
    'exact: known': table(['Kind', 'What differs'], [...known]),
    bounds: table(
      ['Bound', 'Default'],
      Object.entries(defaultLimits).map(([name, value]) => [`\`${name}\``, String(value)]),
    ),
  };
  await matchSections(t, join(root, 'docs', 'layers.md'), tables);
});

function ruleTable(effect: 'change' | 'refuse'): string {
  return table(
    ['Rule', 'What it says'],
    rules.filter((rule) => rule.effect === effect).map(({ name, text }) => [`\`${name}\``, text]),
  );
}

function table(headings: string[], rows: string[][]): string {
  const lines = [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

/** `UPDATE_DOCS=1` writes the sections anew. */
async function matchSections(
  t: ExecutionContext,
  path: string,
  sections: Record<string, string>,
): Promise<void> {
  let text = await readFile(path, 'utf8');
  for (const [name, content] of Object.entries(sections)) {
    const section = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
    t.regex(text, section, `${path} has a section ${name}`);
    const wanted = text.replace(section, (_, start: string, end: string) => `${start}\n${content}\n\n${end}`);
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, wanted);
    else t.is(text, wanted, `UPDATE_DOCS=1 brings ${path} up to date`);
    text = wanted;
  }
}
