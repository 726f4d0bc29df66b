/** docs/operations.md and the metrics that are really there, compared both ways. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { startFacade } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';

test('each metric is documented, and what is documented is there', async (t) => {
  const cache = { directory: join(await tempDir(t), 'cache'), maxBytes: '1MiB' };
  const { url } = await startFacade(t, { cache });
  const { body } = await ask(`${url}/metrics`);
  const there = [...String(body).matchAll(/^# TYPE (dropstack_\w+) /gm)].map(([, name]) => name ?? '');
  const text = await readFile(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const [, section = ''] = /^## Watch\n([^]*?)^## /m.exec(text) ?? [];
  const named = [...section.matchAll(/`(dropstack_\w+)/g)].map(([, name]) => name ?? '');
  t.true(named.length > 15, 'the names were found');
  t.deepEqual(named.toSorted(), there.toSorted());
});
