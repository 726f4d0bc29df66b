import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { optionTables, patcherTable } from './option-tables.ts';

const page = join(import.meta.dirname, '../../docs/configuration.md');

test('the page documents every option', async (t) => {
  let text = await readFile(page, 'utf8');
  for (const [name, content] of Object.entries({ options: optionTables(), patcher: patcherTable() })) {
    const section = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
    t.regex(text, section, `the page has a section ${name}`);
    text = text.replace(section, (_, start: string, end: string) => `${start}\n${content}\n\n${end}`);
  }
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(page, text);
  t.is(await readFile(page, 'utf8'), text, 'UPDATE_DOCS=1 npx ava test/config/page.test.ts writes it anew');
});
