import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createProgram } from '../../src/cli/program.ts';
import { referenceOf } from './reference.ts';

const page = join(import.meta.dirname, '../../docs/cli.md');

test('docs/cli.md tells of all commands as they are', async (t) => {
  const text = `${referenceOf(createProgram(() => undefined))}\n`;
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(page, text);
  t.is(await readFile(page, 'utf8'), text, 'UPDATE_DOCS=1 npx ava test/cli/reference.test.ts writes it anew');
});
