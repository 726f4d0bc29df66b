import test from 'ava';
import { Failure } from '../../../src/errors.ts';
import type { RollOperator } from '../../../src/operator/operator.ts';
import { plansOf } from '../../../src/rollout/drive/plans-of.ts';
import { receiptOf } from '../receipt/receipts.ts';

/** A facade whose papers are `answers`, one for each time that it is asked, and the rolls that it was asked for. */
function papers(...answers: (Buffer | undefined | Failure)[]) {
  const asked: string[] = [];
  const rolls: RollOperator = {
    list: never,
    papers: never,
    write: never,
    read: (_, roll) => {
      asked.push(roll);
      const answer = answers.shift();
      return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return { operator: { rolls }, asked };
}

function never(): never {
  throw new Error('not asked for');
}

const { plan } = receiptOf('fs');
const paper = Buffer.from(JSON.stringify(plan));

test('a plan is read once, and again where another roll was asked for meanwhile', async (t) => {
  const { operator, asked } = papers(paper, paper, paper);
  const planOf = plansOf(operator, 'fs');
  t.deepEqual(await Promise.all([planOf('r-1'), planOf('r-1')]), [plan, plan]);
  t.deepEqual(await planOf('r-1'), plan);
  await planOf('r-2');
  await planOf('r-1');
  t.deepEqual(asked, ['r-1', 'r-2', 'r-1']);
});

test('a plan that cannot be read is asked for again, after a while', async (t) => {
  const { operator, asked } = papers(new Failure('unavailable', 'no store'), undefined, paper);
  const patient = plansOf(operator, 'fs');
  t.is(await patient('r-1'), undefined);
  t.is(await patient('r-1'), undefined);
  t.is(asked.length, 1);
  const eager = plansOf(operator, 'fs', -1);
  t.is(await eager('r-1'), undefined);
  t.deepEqual(await eager('r-1'), plan);
  t.deepEqual(await eager('r-1'), plan);
  t.is(asked.length, 3);
});
