import test from 'ava';
import fc from 'fast-check';
import { linkTo, routeOf, type Route } from '../../../src/dashboard/model/route.ts';

const name = fc.string({ minLength: 1, unit: 'grapheme' });
const routes: fc.Arbitrary<Route> = fc.oneof(
  fc.constantFrom<Route>({ view: 'overview' }, { view: 'refused' }, { view: 'activity' }),
  fc.record({ view: fc.constant('stack' as const), stack: name }),
  fc.record({ view: fc.constant('diff' as const), stack: name, from: name, to: name }),
  fc.record({ view: fc.constant('app' as const), guid: name }),
  fc.record({ view: fc.constant('droplet' as const), guid: name, hash: name }),
);

test('a link leads to its route, whatever the names are', (t) => {
  fc.assert(fc.property(routes, (route) => void t.deepEqual(routeOf(linkTo(route)), route)));
  t.pass();
});

test('what somebody typed leads somewhere, or nowhere', (t) => {
  for (const hash of ['', '#', '#/']) t.deepEqual(routeOf(hash), { view: 'overview' });
  for (const hash of ['#/stacks', '#/stacks/', '#/stacks/a/diff/b', '#/apps/a/b/c', '#/refused/x', '#/%'])
    t.is(routeOf(hash).view, 'nowhere', hash);
  fc.assert(fc.property(fc.string(), (text) => typeof routeOf(text).view === 'string'));
});
