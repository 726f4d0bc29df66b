import test from 'ava';
import { Hub, type Listener } from '../../../src/http/events/hub.ts';

/** One who keeps what it hears, and the last id. */
function ear(): Listener & { heard: string[]; isOver: boolean; lastId: () => string | undefined } {
  const heard: string[] = [];
  let isOver = false;
  return {
    heard,
    get isOver() {
      return isOver;
    },
    write: (text) => void heard.push(text),
    end: () => {
      isOver = true;
    },
    lastId: () => [...heard.join('').matchAll(/^id: (.+)$/gm)].at(-1)?.[1],
  };
}

const bare = (text: string): string => text.replace(/^id: .*\n/, '');
const numbered = (number: number): string => `event: stack\ndata: {"number":${number}}\n\n`;

test('all who listen hear all that happens, in order', (t) => {
  const hub = new Hub();
  const [first, second] = [ear(), ear()];
  hub.publish('stack', { number: 0 });
  hub.add(first, undefined);
  hub.publish('stack', { number: 1 });
  hub.add(second, undefined);
  hub.tell('state', { busy: true });
  hub.beat();
  hub.publish('stack', { number: 2 });
  const state = 'event: state\ndata: {"busy":true}\n\n';
  t.deepEqual(first.heard.slice(1).map(bare), [numbered(1), state, ':\n\n', numbered(2)]);
  t.deepEqual(second.heard.slice(1).map(bare), [state, ':\n\n', numbered(2)]);
  t.is(first.lastId(), second.lastId());
  hub.remove(first);
  hub.publish('stack', { number: 3 });
  t.is(first.heard.length, 5);
  hub.endAll();
  t.deepEqual([first.isOver, second.isOver, hub.size], [false, true, 0]);
});

test('who comes back hears what it missed, also where it had heard nothing yet', (t) => {
  const hub = new Hub();
  const before = ear();
  hub.publish('stack', { number: 0 });
  hub.add(before, undefined);
  const start = before.lastId();
  for (let number = 1; number <= 5; number++) hub.publish('stack', { number });
  for (const [id, wanted] of [
    [start, [1, 2, 3, 4, 5]],
    [before.lastId(), []],
  ] as const) {
    const again = ear();
    hub.add(again, id);
    t.deepEqual(again.heard.slice(1).map(bare), wanted.map(numbered));
  }
});

test('who missed more than is remembered, or comes from another life, hears that', (t) => {
  const hub = new Hub();
  const early = ear();
  hub.add(early, undefined);
  const start = early.lastId();
  const backAt = (id: string | undefined): string[] => {
    const again = ear();
    hub.add(again, id);
    return again.heard.slice(1).map(bare);
  };
  for (let number = 1; number <= 1000; number++) hub.publish('stack', { number });
  t.is(backAt(start).length, 1000);
  hub.publish('stack', { number: 1001 });
  const reset = ['event: reset\ndata: {}\n\n'];
  for (const id of [
    start,
    '',
    'x',
    '-',
    'deadbeef-3',
    `${start?.split('-')[0]}-2000`,
    `${start?.split('-')[0]}--1`,
  ])
    t.deepEqual(backAt(id), reset, id);
  const late = early.lastId();
  t.deepEqual(backAt(late), []);
  hub.renew();
  t.deepEqual(backAt(late), reset);
});

test('no more is remembered than can be sent in one go', (t) => {
  const hub = new Hub();
  const [early, later] = [ear(), ear()];
  hub.add(early, undefined);
  const start = early.lastId();
  for (let number = 0; number < 4; number++) hub.publish('stack', { number, much: 'x'.repeat(100_000) });
  const third = [...early.heard.join('').matchAll(/^id: (.+)$/gm)].at(-2)?.[1];
  hub.add(later, third);
  t.is(later.heard.length, 2);
  const again = ear();
  hub.add(again, start);
  t.deepEqual(again.heard.slice(1), ['event: reset\ndata: {}\n\n']);
});
