import test from 'ava';
import { hasFailed, judge } from '../../../bench/gate/judge.ts';
import type { Figure } from '../../../bench/gate/scenario.ts';

const usual = { median: 100, low: 98, high: 102 };
const baseline = { scenarios: { pull: { cpu: usual, copied: usual } } };

function verdictOf(values: number[], figure: Figure = 'cpu') {
  return judge(baseline, new Map([['pull', { [figure]: values }]]))[0];
}

const around = (middle: number, noise: number): number[] =>
  [-1, -0.6, -0.2, 0.2, 0.6, 1].map((at) => middle + at * noise);

const cases = [
  ['as before', around(100, 1), 'same'],
  ['as before, with much noise', around(100, 60), 'same'],
  ['some worse, within the tolerance', around(107, 2), 'same'],
  ['a quarter worse', around(125, 5), 'worse'],
  ['just beyond the tolerance, without noise', around(110.1, 0), 'worse'],
  ['almost at the tolerance, without noise', around(109.9, 0), 'same'],
  ['a quarter worse in the middle, but not always', around(125, 20), 'doubtful'],
  ['some better, within the tolerance', around(93, 2), 'same'],
  ['a quarter better', around(75, 5), 'better'],
  ['a quarter better in the middle, but not always', around(75, 20), 'same'],
  ['two rounds tell nothing for sure', [140, 141], 'doubtful'],
] as const;

for (const [what, values, verdict] of cases)
  test(`${what}: ${verdict}`, (t) => {
    t.is(verdictOf([...values])?.verdict, verdict);
    t.is(verdictOf([...values], 'copied')?.verdict, verdict);
  });

test('more rounds decide what was doubtful', (t) => {
  const noisy = around(120, 14);
  t.is(verdictOf(noisy)?.verdict, 'doubtful');
  t.is(verdictOf([...noisy, ...noisy, ...noisy])?.verdict, 'worse');
  t.is(verdictOf([...noisy, ...around(104, 10), ...around(103, 10)])?.verdict, 'same');
});

test('what the baseline itself saw is no worse', (t) => {
  const wide = { scenarios: { pull: { cpu: { median: 100, low: 80, high: 140 } } } };
  const verdictAt = (middle: number) =>
    judge(wide, new Map([['pull', { cpu: around(middle, 1) }]]))[0]?.verdict;
  t.is(verdictAt(130), 'doubtful');
  t.is(verdictAt(145), 'worse');
  t.is(verdictAt(82), 'same');
  t.is(verdictAt(75), 'better');
});

test('one round that was disturbed decides nothing', (t) => {
  t.is(verdictOf([100, 101, 99, 100, 102, 900])?.verdict, 'same');
  t.is(verdictOf([125, 126, 124, 125, 127, 10])?.verdict, 'doubtful');
});

test('a finding names scenario and figure, and says by how much', (t) => {
  const findings = judge(baseline, new Map([['pull', { cpu: around(130, 1), copied: around(100, 1) }]]));
  t.like(findings[0], { scenario: 'pull', figure: 'cpu', was: 100, verdict: 'worse' });
  t.is(findings[0]?.change?.toFixed(2), '0.30');
  t.is(findings[1]?.verdict, 'same');
  t.true(hasFailed(findings));
  t.false(hasFailed(findings.slice(1)));
});

test('what nobody recorded does not pass, what is doubtful or better does', (t) => {
  const other = judge(baseline, new Map([['push', { cpu: around(1, 0) }]]));
  t.is(other[0]?.verdict, 'new');
  t.true(hasFailed(other));
  t.is(verdictOf(around(1, 0), 'allocated')?.verdict, 'new');
  for (const values of [around(125, 20), around(75, 5)])
    t.false(hasFailed(judge(baseline, new Map([['pull', { cpu: values }]]))));
});
