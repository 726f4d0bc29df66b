import test from 'ava';
import fc from 'fast-check';
import { assume, inputs, type Assumptions } from '../../../bench/capacity/assumptions.ts';
import { flowOf, missed, type Delivery } from '../../../bench/capacity/flow-of.ts';
import { busiest, within95, type Goal } from '../../../bench/capacity/response.ts';
import { fleetOf, inFlightOf, situationsOf } from '../../../bench/capacity/situations.ts';
import { sizeFor, type Need } from '../../../bench/capacity/size-for.ts';
import { madeUpCosts as costs } from './made-up-runs.ts';

const processBytes = 300e6;

function needOf(nodes: number, delivery: Delivery, given: Assumptions): Need {
  return sizeFor(situationsOf(fleetOf(nodes, given), given), delivery, { costs, given, processBytes });
}

/** Fleets of all kinds: rates and windows from a third to thrice what is assumed. */
const fleets = fc
  .record({
    nodes: fc.integer({ min: 1, max: 8_000 }),
    more: fc.integer({ min: 0, max: 2_000 }),
    factors: fc.array(fc.double({ min: 1 / 3, max: 3, noNaN: true }), { minLength: 10, maxLength: 10 }),
  })
  .map(({ nodes, more, factors }) => {
    const changes = varied.map((name, at) => [name, inputs[name][0] * (factors[at] ?? 1)] as const);
    return { nodes, more, given: assume(Object.fromEntries(changes)) };
  });

const varied = [
  'rootfsBytes',
  'crashesPerDay',
  'deploysPerDay',
  'nodeLostSeconds',
  'zoneLostSeconds',
  'restartSeconds',
  'peerCopies',
  'flightSeconds',
  'replicaCores',
  'replicaBytes',
] as const;

// Of peers, and of what the store gives to caches, it is not so: the more nodes, the longer they share a few copies.
test('more nodes never need less', (t) => {
  const direct = fc.constantFrom('through replicas', 'redirects');
  fc.assert(
    fc.property(fleets, direct, ({ nodes, more, given }, delivery) => {
      const [few, many] = [needOf(nodes, delivery, given), needOf(nodes + more, delivery, given)];
      for (const part of ['replicas', 'cores', 'network', 'storeTakes', 'storeRequests'] as const)
        t.true(many[part] >= few[part] * (1 - 1e-9), `${part}: ${few[part]}, then ${many[part]}`);
    }),
  );
});

test('neither redirects nor peers ever need more of replicas', (t) => {
  fc.assert(
    fc.property(fleets, ({ nodes, given }) => {
      const through = needOf(nodes, 'through replicas', given);
      for (const delivery of ['redirects', 'peers'] as const) {
        const need = needOf(nodes, delivery, given);
        for (const part of ['replicas', 'cores', 'network'] as const)
          t.true(need[part] <= through[part], `${delivery}, ${part}: ${need[part]}, not ${through[part]}`);
      }
    }),
  );
});

test('what replicas do not send to nodes the store does', (t) => {
  const given = assume();
  for (const situation of situationsOf(fleetOf(250, given), given)) {
    const [through, redirected] = [
      flowOf(situation, 'through replicas', costs, 0),
      flowOf(situation, 'redirects', costs, 0),
    ];
    const all = (flow: typeof through) =>
      flow.sent - flow.storeTakes + flow.storeGives - (flow.received - flow.sourceGives);
    t.true(Math.abs(all(through) - all(redirected)) <= 1e-6 * (1 + all(through)), situation.name);
  }
});

test('the zone that is lost is reckoned as by hand', (t) => {
  // 100 nodes × 160 apps × 2 instances: half of them start, within 100 s, over layers of 1,000 + 0.8 of a droplet.
  const given = assume({ zone: 0.5, zoneLostSeconds: 100 });
  const zone = situationsOf(fleetOf(100, given), given).find(({ name }) => name === 'a zone is lost');
  t.truthy(zone);
  if (zone === undefined) return;
  const mean = (1_032_005 + 18_065_414 + 54_517_805 + 91_336_884 + 126_916_697) / 5;
  const flow = flowOf(zone, 'through replicas', costs, 0);
  t.is(zone.work.starts, 16_000);
  t.is(flow.requests, 160 * 6);
  t.true(Math.abs(flow.sent / (160 * (2_500 + 1_000 + 0.8 * mean)) - 1) < 1e-9);
  const cpu = 160 * (0.0004 + 0.0008 + 0.0006 + 0.0002 + ((1_000 + 0.8 * mean) / 1e6) * 0.001);
  t.true(Math.abs(flow.cpu / cpu - 1) < 1e-9);
  // Three of ten have no other node to ask.
  t.true(Math.abs(flowOf(zone, 'peers', costs, 0).requests - 160 * 5.3) < 1e-6);
});

test('caches spare the more, the more ask and the fewer there are', (t) => {
  t.is(missed({ askers: 1, peers: 0 }, 4), 1);
  t.is(missed({ askers: 2, peers: 0 }, 1), 0.5);
  t.is(missed({ askers: 2, peers: 0 }, 2), 0.75);
  t.is(missed({ askers: Infinity, peers: 0 }, 9), 0);
  t.is(missed({ askers: 2, peers: 0 }, 0), 1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (askers, caches) => {
      const part = missed({ askers, peers: 0 }, caches);
      t.true(part > 0 && part <= 1 + 1e-9);
      t.true(missed({ askers: askers + 1, peers: 0 }, caches) <= part + 1e-9);
      t.true(missed({ askers, peers: 0 }, caches + 1) >= part - 1e-9);
    }),
  );
});

function goal(alone: number, within: number): Goal {
  return { name: 'it starts', alone, within };
}

test('servers are as busy as goals allow', (t) => {
  t.is(busiest([goal(0.001, 1)], 0.6), 0.6);
  t.is(busiest([goal(0.2, 1), goal(0.001, 1)], 0.6), 1 - 0.6000000000000001);
  t.true(Math.abs(within95(0.2, busiest([goal(0.2, 1)], 0.6)) - 1) < 1e-9);
  t.throws(() => busiest([goal(0.5, 1)], 0.6), {
    message: /it starts takes 0.50 s .* more than replicas can give/,
  });
});

test('a roll has more apps in flight where it would take too long', (t) => {
  const given = assume({ inFlight: 100, flightSeconds: 40, rollSeconds: 3_200 });
  t.is(inFlightOf({ nodes: 1, apps: 1_000, instances: 2_000 }, given), 100);
  t.is(inFlightOf({ nodes: 1, apps: 8_001, instances: 16_002 }, given), 201);
});
