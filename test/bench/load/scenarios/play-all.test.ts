import test from 'ava';
import { brokenOff } from '../../../../bench/load/scenarios/broken-off.ts';
import { note, promise } from '../../../../bench/load/scenarios/measure.ts';
import type { Scenario } from '../../../../bench/load/scenarios/scenario.ts';
import { play } from './play.ts';

const failing: Scenario = {
  name: 'failing',
  play: async (theatre) => {
    theatre.keep(await theatre.open());
    throw new Error('the sky fell');
  },
};
const other: Scenario = {
  name: 'other',
  play: async () => Promise.resolve([note(brokenOff('other', 'for show'), 'it was played')]),
};

test('what a scenario fails with is reported, and the others go on', async (t) => {
  const reportOf = await play(t, [failing, other]);
  t.deepEqual(reportOf('failing').wrong, ['broke off: the sky fell']);
  t.is(reportOf('failing').pulls.wanted, 0);
  t.deepEqual(reportOf('other').notes, ['it was played']);
});

test('promises that are not kept are told, and those that are kept are not', (t) => {
  const { wrong: none, ...report } = brokenOff('some', 'none');
  t.is(none?.length, 1);
  t.is(promise(report, { 'one thing': true }).wrong, undefined);
  const once = promise(report, { 'one thing': true, 'another thing': false });
  t.deepEqual(once.wrong, ['not kept: another thing']);
  t.deepEqual(promise(once, { 'a third': false }).wrong, ['not kept: another thing', 'not kept: a third']);
});
