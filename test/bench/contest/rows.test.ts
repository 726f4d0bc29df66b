import test from 'ava';
import fc from 'fast-check';
import type { Race, Sample } from '../../../bench/contest/race.ts';
import { rowsOf } from '../../../bench/contest/rows.ts';

/** Of a server that has a core for itself. */
const sample = (requests: number, cpuSeconds: number): Sample => ({
  requests,
  bytes: requests * 1e6,
  seconds: 2,
  cpuSeconds,
  copied: requests * 10,
});

const race = (more: Partial<Race>): Race => ({
  task: 'a task',
  unit: 'request',
  floor: 'floor',
  aims: [],
  samples: new Map([
    ['floor', [sample(100, 1), sample(50, 1), sample(100, 1)]],
    ['dropstack', [sample(80, 1), sample(60, 1), sample(80, 2)]],
    ['other', [sample(8, 1), sample(8, 2), sample(8, 1)]],
  ]),
  ...more,
});

const rowOf = (given: Race, name: string) => rowsOf(given).find(({ contestant }) => contestant === name);

test('a ratio is the median of the ratios of the rounds', (t) => {
  // 0.8, 1.2 and 0.4 of the floor: a ratio of medians would say 0.6.
  t.like(rowOf(race({}), 'dropstack'), { ofFloor: 0.8, spread: [0.4, 1.2], ofFloorByClock: 0.8 });
  t.like(rowOf(race({}), 'floor'), { ofFloor: 1, spread: [1, 1], ofFloorByClock: 1 });
});

test('speeds and costs are those of a request', (t) => {
  const expected = { requestsPerSecond: 40, bytesPerSecond: 40e6, cpuSeconds: 1 / 60, copied: 10 };
  t.like(rowOf(race({}), 'dropstack'), expected);
});

test('costs of layers are those of a megabyte, and whole layers do not matter', (t) => {
  const half = { requests: 1, bytes: 50e6, seconds: 1, cpuSeconds: 0.5, copied: 100e6 };
  const whole = { ...half, requests: 50 };
  const samples = new Map([
    ['floor', [whole]],
    ['dropstack', [half]],
  ]);
  const given = race({ unit: 'megabyte', samples });
  t.like(rowOf(given, 'dropstack'), { cpuSeconds: 0.01, copied: 2e6, ofFloor: 1, ofFloorByClock: 1 });
});

test('what nobody counted is left out', (t) => {
  const samples = new Map([['floor', [{ requests: 1, bytes: 0, seconds: 1, cpuSeconds: 1 }]]]);
  t.false('copied' in (rowsOf(race({ samples }))[0] ?? {}));
});

const verdicts: [aim: { times: number; as: string }, says: string][] = [
  [{ times: 0.8, as: 'floor' }, 'at least 0.8 of floor: 0.80, met'],
  [{ times: 0.81, as: 'floor' }, 'at least 0.81 of floor: 0.80, not met'],
  [{ times: 3, as: 'other' }, 'at least 3 of other: 10.00, met'],
  [{ times: 100, as: 'other' }, 'at least 100 of other: 10, not met'],
  [{ times: 2, as: 'nobody' }, 'at least 2 of nobody: not measured'],
];

for (const [aim, says] of verdicts)
  test(`a row says: ${says}`, (t) => {
    const given = race({ aims: [aim] });
    t.is(rowOf(given, 'dropstack')?.aim, says);
    t.is(rowOf(given, 'other')?.aim, undefined);
  });

test('several aims stand side by side, and in figures as the highest of them', (t) => {
  const of = (...at: number[]) => {
    const aims = at.flatMap((one) => verdicts[one]?.[0] ?? []);
    return rowOf(race({ aims }), 'dropstack');
  };
  t.is(of(0, 1)?.aim, `${verdicts[0]?.[1]}; ${verdicts[1]?.[1]}`);
  t.deepEqual(of(0, 1)?.aimed, { ofFloor: 0.81, met: false });
  // The other has 0.08 of the floor in the middle one of its rounds.
  t.deepEqual(of(0, 2)?.aimed, { ofFloor: 0.8, met: true });
  t.deepEqual(of(3)?.aimed, { ofFloor: 8, met: false });
  t.deepEqual(of(0, 4)?.aimed, { ofFloor: 0.8, met: false });
  t.is(of(4)?.aimed, undefined);
});

test('a machine that is slower in some rounds changes no ratio', (t) => {
  const figure = fc.double({ min: 0.01, max: 100, noNaN: true });
  const rounds = fc.array(fc.record({ ours: figure, floor: figure, slowness: figure }), {
    minLength: 1,
    maxLength: 7,
  });
  fc.assert(
    fc.property(rounds, (given) => {
      const ratio = (slow: (slowness: number) => number) => {
        const samples = new Map([
          ['floor', given.map(({ floor, slowness }) => sample(100, floor * slow(slowness)))],
          ['dropstack', given.map(({ ours, slowness }) => sample(100, ours * slow(slowness)))],
        ]);
        return rowOf(race({ samples }), 'dropstack')?.ofFloor;
      };
      return near(
        ratio((slowness) => slowness),
        ratio(() => 1),
      );
    }),
  );
  t.pass();
});

function near(a = NaN, b = NaN): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.abs(b);
}
