import test from 'ava';
import { tell } from '../../../src/dashboard/model/happening.ts';
import { told } from '../../../src/dashboard/model/told.ts';
import type { AuditEntry } from '../../../src/operator/audit/entry.ts';

const entry = (deed: Partial<AuditEntry> & Pick<AuditEntry, 'action'>): AuditEntry => ({
  format: 1,
  id: '1-00000000',
  at: '2026-11-21T06:53:54.000Z',
  user: 'ann',
  outcome: 'done',
  ...deed,
});

test('every action has its words', (t) => {
  const stack = 'fs';
  const cases: [AuditEntry, string][] = [
    [entry({ action: 'promote', stack, version: '2', previous: '1' }), 'promote fs 2 after 1'],
    [
      entry({ action: 'place', stack, count: 3, first: { a: '1', b: null } }),
      'place 3 apps of fs: a on 1, b on what is promoted and 1 more',
    ],
    [entry({ action: 'retire', stack, version: '1' }), 'retire fs 1'],
    [entry({ action: 'use', stack, holder: 'c', versions: ['1', '2'] }), 'mark for c what of fs runs: 1, 2'],
    [entry({ action: 'use', stack, holder: 'c', versions: [] }), 'mark for c what of fs runs: nothing'],
    [entry({ action: 'import', stack, version: '1' }), 'import fs 1'],
    [entry({ action: 'pull', stack, version: '1', reference: 'r/x:1' }), 'import fs 1 from r/x:1'],
    [
      entry({ action: 'put', guid: 'app', hash: 'ab'.repeat(20), stack }),
      'put droplet app abababababab of fs',
    ],
    [entry({ action: 'assign', guid: 'app', stack }), 'assign app to fs'],
    [entry({ action: 'delete', guid: 'app', hash: 'ab'.repeat(20) }), 'delete droplet app abababababab'],
    [entry({ action: 'roll', stack, order: 'start', version: '2' }), 'start a roll of fs to 2'],
    [entry({ action: 'roll', stack, order: 'pause', roll: 'r-1' }), 'pause roll r-1 of fs'],
    [
      entry({ action: 'roll', stack, order: 'approve', wave: 'canary', roll: 'r-1' }),
      'approve canary of roll r-1 of fs',
    ],
    [entry({ action: 'roll', stack, order: 'undo', outcome: 'refused' }), 'undo the roll of fs'],
    [entry({ action: 'collect', count: 12, bytes: 9120 }), 'collect 12 keys, 9.12 kB'],
  ];
  for (const [deed, words] of cases) t.is(told(deed), words);
});

test('a refusal names its rule', (t) => {
  const at = '2026-11-21T06:53:54.000Z';
  const refused = {
    at,
    action: 'refused',
    guid: 'app',
    hash: '12',
    rule: 'outside',
    entry: '../etc',
  } as const;
  t.deepEqual(tell(refused), {
    who: 'facade',
    what: 'refuse droplet app 12: rule outside, entry ../etc',
    isBad: true,
  });
  t.is(tell({ at, action: 'converted', guid: 'app', hash: '12' }).isBad, false);
  t.is(tell(entry({ action: 'promote', stack: 'fs', version: '2' })).who, 'ann');
});
