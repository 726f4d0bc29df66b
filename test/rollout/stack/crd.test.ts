import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse, stringify } from 'yaml';
import { stackDefinition } from '../../../src/rollout/stack/crd.ts';

const path = join(import.meta.dirname, '../../../deploy/patcher/stacks.crd.yaml');
const note =
  '# Made from the schemas in src/rollout/stack: UPDATE_GOLDEN=1 npx ava test/rollout/stack/crd.test.ts\n';

test('the definition in deploy is the one that the patcher reads', async (t) => {
  const made: unknown = JSON.parse(JSON.stringify(stackDefinition()));
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, note + stringify(made));
  t.deepEqual(parse(await readFile(path, 'utf8')), made);
});
