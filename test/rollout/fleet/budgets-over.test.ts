import test from 'ava';
import fc from 'fast-check';
import { selects, type Budget } from '../../../src/rollout/fleet/budget.ts';
import { budgetsOver } from '../../../src/rollout/fleet/budgets-over.ts';

const few = fc.constantFrom('a', 'b', 'c');
const labels = fc.dictionary(few, few, { maxKeys: 3 });
const expression = fc.record({
  key: few,
  operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
  values: fc.array(few, { maxLength: 2 }),
});
const budget: fc.Arbitrary<Budget> = fc.record({
  namespace: few,
  name: fc.string(),
  uid: fc.uuid(),
  selector: fc.record({ labels, expressions: fc.array(expression, { maxLength: 1 }) }),
  neverAllows: fc.boolean(),
});

test('it finds exactly the budgets that select', (t) => {
  fc.assert(
    fc.property(fc.array(budget, { maxLength: 12 }), few, labels, (budgets, namespace, own) => {
      const expected = budgets.filter((item) => item.namespace === namespace && selects(item.selector, own));
      const found = budgetsOver(budgets)(namespace, own);
      t.is(found.length, expected.length);
      t.true(expected.every((item) => found.includes(item)));
    }),
  );
});
