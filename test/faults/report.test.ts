import { readFile } from 'node:fs/promises';
import test from 'ava';
import { planTroubles } from './plan.ts';
import { figures, page, section } from './report.ts';

test('the page has a place for the figures, and the rows that are written there', async (t) => {
  const text = await readFile(page, 'utf8');
  const [, , found = ''] = section.exec(text) ?? [];
  const rows = figures({
    seconds: 1,
    outcomes: [{ end: 'whole', why: '', ms: 1_500 }],
    toll: { resumes: 1, unanswered: 2, startedOver: 3, bytes: 4e6 },
    counters: { requests: 9, delay: 1, reset: 1, truncate: 1, stall: 1, corrupt: 1, answer: 1, lose: 1 },
    troubles: planTroubles(1),
    failedStarts: 0,
    unnamed: 0,
    openUploads: 0,
    before: { rss: 2 ** 20, files: [], sockets: 0 },
    after: { rss: 2 ** 20, files: [], sockets: 0 },
  });
  t.regex(rows, /\| of those with the right bytes: p50, p99, longest \| 1\.50 s, 1\.50 s, 1\.50 s \|/);
  t.regex(rows, /\| faults of them \| 7: delay 1/);
  t.deepEqual(
    namesOf(found),
    namesOf(rows),
    'UPDATE_DOCS=1 npx ava test/faults/faults.test.ts writes them anew',
  );
});

test('a plan is the same for the same seed, and has all troubles in order', (t) => {
  const plan = planTroubles(7);
  t.deepEqual(planTroubles(7), plan);
  t.notDeepEqual(planTroubles(8), plan);
  t.deepEqual([...new Set(plan.map(({ kind }) => kind))].toSorted(), ['away', 'disk', 'jump', 'kill']);
  for (const [nth, { after }] of plan.entries()) t.true(after >= (plan[nth - 1]?.after ?? 0) && after < 1);
});

function namesOf(table: string): string[] {
  const names = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, name = '']) => name);
  return names.filter((name) => !name.startsWith('were told'));
}
