import test from 'ava';
import * as fc from 'fast-check';
import { FairQueue, type Asker, type Urgency } from '../../src/convert/queue.ts';

const wide = { total: 1_000, perClient: 1_000 };
const rank: Record<Urgency, number> = { pull: 0, upload: 1, warm: 2 };
const pull = (client: string): Asker => ({ urgency: 'pull', client });
const warm = (client: string): Asker => ({ urgency: 'warm', client });

function drain(queue: FairQueue<string>): string[] {
  const items: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) items.push(next.item);
  return items;
}

/** A queue with these keys, each its own item. */
function queueOf(...asked: [string, Asker][]): FairQueue<string> {
  const queue = new FairQueue<string>(wide);
  for (const [key, asker] of asked) queue.add(key, key, asker);
  return queue;
}

test('clients take turns, and each has its own in order', (t) => {
  const greedy = Array.from({ length: 5 }, (_, i): [string, Asker] => [`g${i}`, pull('greedy')]);
  const queue = queueOf(...greedy, ['a0', pull('a')], ['b0', pull('b')], ['a1', pull('a')]);
  t.deepEqual(drain(queue), ['g0', 'a0', 'b0', 'g1', 'a1', 'g2', 'g3', 'g4']);
});

test('pulls come before uploads, and these before what is warmed', (t) => {
  const queue = queueOf(['w', warm('x')], ['u', { urgency: 'upload', client: 'x' }], ['p', pull('x')]);
  t.deepEqual(drain(queue), ['p', 'u', 'w']);
});

test('what is warmed is raised by a pull, and never lowered', (t) => {
  const queue = queueOf(['w0', warm('x')], ['w1', warm('x')], ['p', pull('a')]);
  t.true(queue.join('w1', pull('b')));
  t.true(queue.join('p', warm('x')));
  t.deepEqual(drain(queue), ['p', 'w1', 'w0']);
});

test('who asks for what waits in the backlog of another need not wait for that', (t) => {
  const greedy = Array.from({ length: 9 }, (_, i): [string, Asker] => [`g${i}`, pull('greedy')]);
  const queue = queueOf(...greedy);
  t.true(queue.join('g8', pull('a')));
  t.deepEqual(drain(queue).slice(0, 3), ['g0', 'g8', 'g1']);
});

test('a full queue takes no more, but lets others join what waits', (t) => {
  const queue = new FairQueue<string>({ total: 3, perClient: 2 });
  t.true(queue.add('1', '1', pull('a')));
  t.true(queue.add('2', '2', pull('a')));
  t.false(queue.add('3', '3', pull('a')), 'the share of one');
  t.true(queue.add('3', '3', pull('b')));
  t.false(queue.add('4', '4', pull('b')), 'the bound of all');
  t.true(queue.add('1', 'another', pull('b')), 'it waits already');
  t.true(queue.add('5', '5', warm('a')), 'each urgency has room of its own');
  t.deepEqual(drain(queue), ['1', '3', '2', '5']);
});

test('clients that may not have their turn are passed over', (t) => {
  const queue = queueOf(['a0', pull('a')], ['b0', pull('b')]);
  t.deepEqual(
    queue.take((client) => client !== 'a'),
    { item: 'b0', client: 'b' },
  );
  t.is(
    queue.take(() => false),
    undefined,
  );
  queue.remove('a0');
  queue.remove('never there');
  t.is(queue.size, 0);
  t.is(queue.take(), undefined);
});

type Step = { kind: 'add'; key: number; asker: Asker } | { kind: 'take' } | { kind: 'remove'; key: number };

const asker = fc.record({
  urgency: fc.constantFrom<Urgency>('pull', 'upload', 'warm'),
  client: fc.constantFrom('a', 'b', 'c', 'd'),
});
const key = fc.integer({ min: 0, max: 30 });
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), key, asker }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), key }) },
  ),
  { maxLength: 100 },
);

/** What waits, as plain as can be: for each key the askers since it came. */
class Model {
  readonly waiting = new Map<string, Asker[]>();

  do(step: Step, queue: FairQueue<string>): void {
    if (step.kind === 'add') {
      const { key: number, asker: who } = step;
      const name = String(number);
      if (queue.add(name, name, who)) this.waiting.set(name, [...(this.waiting.get(name) ?? []), who]);
    } else if (step.kind === 'remove') {
      queue.remove(String(step.key));
      this.waiting.delete(String(step.key));
    } else {
      this.take(queue);
    }
  }

  take(queue: FairQueue<string>): void {
    const next = queue.take();
    if ((next === undefined) !== (this.waiting.size === 0))
      throw new Error('something waits and is not given');
    if (next === undefined) return;
    const askers = this.waiting.get(next.item);
    if (askers === undefined) throw new Error(`${next.item} does not wait, or was given twice`);
    if (!askers.some(({ client }) => client === next.client)) throw new Error('not that client’s turn');
    const best = Math.min(...[...this.waiting.values()].flat().map(({ urgency }) => rank[urgency]));
    const own = Math.min(...askers.map(({ urgency }) => rank[urgency]));
    if (own !== best) throw new Error('something more urgent waits');
    this.waiting.delete(next.item);
  }
}

test('whatever is asked: nothing is lost, given twice, or given before what is more urgent', (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new FairQueue<string>(wide);
      const model = new Model();
      for (const step of all) {
        model.do(step, queue);
        if (queue.size !== model.waiting.size) throw new Error('miscounted');
      }
      while (model.waiting.size > 0) model.take(queue);
      return queue.size === 0;
    }),
  );
  t.pass();
});

test('whatever is asked: the bounds hold', (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new FairQueue<string>({ total: 6, perClient: 3 });
      const model = new Model();
      for (const step of all) {
        if (step.kind === 'add') model.do(step, queue);
        for (const urgency of ['pull', 'upload', 'warm'] as const) {
          for (const client of ['a', 'b', 'c', 'd']) if (queue.waiting({ urgency, client }) > 3) return false;
        }
      }
      return queue.size <= 18;
    }),
  );
  t.pass();
});

test('nobody starves: the n-th of a client is among the first n rounds', (t) => {
  const backlogs = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 0, max: 40 }), (sizes, taken) => {
      const queue = new FairQueue<string>(wide);
      for (const [client, size] of sizes.entries()) {
        for (let i = 0; i < size; i++) queue.add(`${client}/${i}`, `${client}/${i}`, pull(String(client)));
      }
      for (let i = 0; i < taken; i++) queue.take();
      for (let i = 0; i < 5; i++) queue.add(`new/${i}`, `new/${i}`, pull('new'));
      const order = drain(queue);
      return [0, 1, 2, 3, 4].every((i) => order.indexOf(`new/${i}`) < (i + 1) * (sizes.length + 1));
    }),
  );
  t.pass();
});
