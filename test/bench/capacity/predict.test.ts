import test from 'ava';
import { costsOf } from '../../../bench/capacity/costs/costs-of.ts';
import { isOff, predict, type Prediction } from '../../../bench/capacity/predict.ts';
import { inOrder, runOf } from '../../../bench/capacity/read-runs.ts';
import type { Report, ScenarioReport } from '../../../bench/load/report/report.ts';
import { madeUpCosts, madeUpRuns } from './made-up-runs.ts';

const runsOf = (reports: readonly Report[]) =>
  inOrder(reports.map((report) => runOf(report, 'made-up.json')));

/** All reports, with one scenario of the largest changed. */
function changed(name: string, change: (scenario: ScenarioReport) => ScenarioReport): Report[] {
  const reports = madeUpRuns();
  const last = reports.pop();
  if (last === undefined) throw new Error('There is no report');
  const scenarios = last.scenarios.map((one) => (one.name === name ? change(one) : one));
  return [...reports, { ...last, scenarios }];
}

test('costs are found again in the reports that they made', (t) => {
  const { costs } = costsOf(runsOf(madeUpRuns()));
  const near = (found: Record<string, number>, wanted: Record<string, number>, part: number) => {
    for (const [name, value] of Object.entries(wanted))
      t.true(Math.abs((found[name] ?? NaN) - value) <= part * value, `${name}: ${found[name]}, not ${value}`);
  };
  near(costs.bytes, madeUpCosts.bytes, 0.01);
  near(costs.store, madeUpCosts.store, 0.01);
  near(costs.connections, madeUpCosts.connections, 0.01);
  // What waits and what is counted in elsewhere moves the little costs a little.
  near(costs.cpu, madeUpCosts.cpu, 0.2);
});

test('each run is foretold by the others', (t) => {
  const predictions = predict(runsOf(madeUpRuns()));
  t.deepEqual(
    predictions.filter((one) => one.isOff),
    [],
  );
  t.true(predictions.length > 50);
});

for (const [what, name, change, figure] of [
  [
    'CPU',
    'cold',
    (one: ScenarioReport) => ({ ...one, server: { ...one.server, cpuSeconds: 3 * one.server.cpuSeconds } }),
    'CPU seconds of the server',
  ],
  [
    'conversions',
    'cold',
    (one: ScenarioReport) => ({ ...one, conversions: one.conversions + 1 }),
    'conversions',
  ],
  ['requests', 'warm', (one: ScenarioReport) => ({ ...one, challenges: one.challenges * 2 }), 'requests'],
  [
    'bytes',
    'bump',
    (one: ScenarioReport) => ({ ...one, bytes: { ...one.bytes, toClients: one.bytes.toClients * 1.2 } }),
    'bytes to clients',
  ],
] as const)
  test(`a server that takes more ${what} than others foretell is off`, (t) => {
    const off = predict(runsOf(changed(name, change))).filter((one) => one.isOff);
    t.true(
      off.some((one) => one.scenario === name && one.figure === figure && one.nodes === 10),
      JSON.stringify(off),
    );
  });

function clocks(reports: readonly Report[]): Prediction[] {
  return predict(runsOf(reports)).filter(({ figure }) => figure === 'seconds of the clock');
}

test('the clock is foretold where CPU was the bound, and only there', (t) => {
  t.deepEqual(
    clocks(madeUpRuns()).filter(({ scenario }) => scenario === 'drain'),
    [],
  );
  const [one, ...more] = clocks(
    changed('drain', (scenario) => ({ ...scenario, clients: { cpuSeconds: 2 * scenario.seconds } })),
  ).filter(({ scenario }) => scenario === 'drain');
  t.is(more.length, 0);
  t.is(one?.nodes, 10);
});

test('a tolerance is a part of the larger, and what is little anyway', (t) => {
  t.false(isOff(100, 110, { part: 0.1, slack: 0 }));
  t.true(isOff(100, 112, { part: 0.1, slack: 0 }));
  t.true(isOff(112, 100, { part: 0.1, slack: 0 }));
  t.false(isOff(0, 3, { part: 0, slack: 3 }));
  t.false(isOff(0, 40, { part: 0, slack: 0, each: 10 }, 4));
  t.true(isOff(NaN, 1, { part: 1, slack: 1 }));
});
