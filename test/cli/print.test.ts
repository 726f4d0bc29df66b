import test from 'ava';
import { fields, table } from '../../src/cli/print.ts';

const orders = 'a\u001b[2Jb\nc';

test('what others wrote gives a terminal no orders, and a table no rows', (t) => {
  t.is(table(['Name'], [[orders]]), 'Name\na?[2Jb?c');
  t.is(fields([['Name', orders]]), 'Name: a?[2Jb\nc');
});
