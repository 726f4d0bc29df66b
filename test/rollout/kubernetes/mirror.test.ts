import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { z } from 'zod';
import type { Failure } from '../../../src/errors.ts';
import { Mirror, type MirrorOptions } from '../../../src/rollout/kubernetes/mirror.ts';
import { line, object, page, send, standIn, type Asked } from './stand-in.ts';

const pods = '/api/v1/pods';
const pod = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
  foreign: z.boolean().optional(),
});

/** `name@version`; foreign ones are left out. */
function read(of: unknown): string | undefined {
  const { metadata, foreign } = pod.parse(of);
  return foreign === true ? undefined : `${metadata.name}@${metadata.resourceVersion}`;
}

function turn<T>(turns: T[]): T | undefined {
  return turns.length > 1 ? turns.shift() : turns[0];
}

/** A mirror of a stand-in that answers lists and watches by turns; the last of each goes on. */
async function mirrorOf(
  t: ExecutionContext,
  lists: ((response: ServerResponse, asked: Asked) => void)[],
  watches: ((response: ServerResponse, version: string) => void)[],
  options: MirrorOptions = {},
) {
  const failures: Failure[] = [];
  const { api, asked } = await standIn(t, (question, response) => {
    const version = question.query.get('resourceVersion') ?? '';
    if (question.query.has('watch')) turn(watches)?.(response, version);
    else turn(lists)?.(response, question);
  });
  const onFailure = (failure: Failure): void => void failures.push(failure);
  const mirror = new Mirror(api, pods, read, { pause: 5, longestPause: 50, onFailure, ...options });
  t.teardown(() => mirror.close());
  const watched = (): string[] =>
    asked.flatMap(({ query }) => (query.has('watch') ? [query.get('resourceVersion') ?? ''] : []));
  const listed = (): number => asked.filter(({ query }) => !query.has('watch')).length;
  return { mirror, failures, watched, listed, items: () => [...mirror.items()].toSorted() };
}

const gives =
  (version: number, ...items: object[]) =>
  (response: ServerResponse): void =>
    send(response, 200, page(items, version));
const tells =
  (...lines: string[]) =>
  (response: ServerResponse): void => {
    response.write(lines.join(''));
  };
const tellsAndEnds =
  (...lines: string[]) =>
  (response: ServerResponse): void => {
    response.end(lines.join(''));
  };
const quiet = (response: ServerResponse): void => response.flushHeaders();

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !condition(); await delay(5)) {
    if (Date.now() > end) throw new Error('It did not happen within 30 s');
  }
}

test('it keeps what is listed as it changes', async (t) => {
  let changes = 0;
  const { mirror, items } = await mirrorOf(
    t,
    [gives(3, object('a', 1), object('b', 2), object('c', 3, { foreign: true }))],
    [
      tells(
        line('ADDED', object('d', 4)),
        line('MODIFIED', object('a', 5)),
        line('DELETED', object('b', 6)),
        line('MODIFIED', object('d', 7, { foreign: true })),
      ),
    ],
    { onChange: () => changes++ },
  );
  await mirror.synced;
  await until(() => items().join() === 'a@5');
  t.is(mirror.get('uid-a'), 'a@5');
  t.is(mirror.size, 1);
  await until(() => changes > 0 && mirror.staleSince === undefined);
  t.true(changes <= 4, 'changes of one moment are told at once');
});

test('a follower hears of what comes and goes, of lists too, and of nothing that stays as it is', async (t) => {
  const heard: string[] = [];
  const follower = {
    added: (item: unknown) => void heard.push(`+${String(item)}`),
    removed: (item: unknown) => void heard.push(`-${String(item)}`),
  };
  const { items } = await mirrorOf(
    t,
    [gives(3, object('a', 1), object('b', 2)), gives(9, object('a', 5), object('e', 8))],
    [
      tellsAndEnds(
        line('MODIFIED', object('a', 5)),
        line('MODIFIED', object('a', 5)),
        line('DELETED', object('b', 6)),
        line('ERROR', { code: 410 }),
      ),
      quiet,
    ],
    { follower },
  );
  await until(() => items().join() === 'a@5,e@8');
  t.deepEqual(heard, ['+a@1', '+b@2', '-a@1', '+a@5', '-b@2', '+e@8']);
});

test('a stream that ends is resumed after what it told last, bookmarks among it, without a list', async (t) => {
  const { items, watched, listed } = await mirrorOf(
    t,
    [gives(3, object('a', 1))],
    [
      tellsAndEnds(line('ADDED', object('b', 4))),
      tellsAndEnds(line('BOOKMARK', object('', 9))),
      tellsAndEnds(line('ADDED', object('c', 12)), '{"type":"ADDED","obj'),
      quiet,
    ],
  );
  await until(() => watched().length === 4);
  t.deepEqual(watched(), ['3', '4', '9', '12']);
  t.deepEqual([items(), listed()], [['a@1', 'b@4', 'c@12'], 1]);
});

test('so is one that breaks, or that cannot be opened', async (t) => {
  const { mirror, items, watched, listed, failures } = await mirrorOf(
    t,
    [gives(3, object('a', 1))],
    [
      (response) => {
        response.write(line('ADDED', object('b', 4)));
        setTimeout(() => response.destroy(), 20);
      },
      (response) => send(response, 503, {}),
      (response) => send(response, 429, {}, { 'retry-after': '1' }),
      tells(line('DELETED', object('a', 5))),
    ],
  );
  await until(() => items().join() === 'b@4');
  t.deepEqual([watched(), listed()], [['3', '4', '4', '4'], 1]);
  t.deepEqual(
    failures.map(({ code }) => code),
    ['unavailable', 'unavailable', 'busy'],
  );
  t.is(mirror.staleSince, undefined);
});

for (const [what, answer] of [
  ['410', (response: ServerResponse) => send(response, 410, { reason: 'Expired' })],
  ['an event of an error', tells(line('ERROR', { code: 410, reason: 'Expired' }))],
  ['an event of another error', tells(line('ERROR', { code: 500, message: 'cannot decode' }))],
  ['a line that is no JSON', tells('{"type":"ADD\n')],
  ['an event without a version', tells(line('ADDED', { metadata: {} }))],
] as const) {
  test(`after ${what} it lists anew, and nothing is missing meanwhile`, async (t) => {
    const { mirror, items, watched, listed } = await mirrorOf(
      t,
      [
        gives(3, object('a', 1), object('b', 2)),
        (response) => {
          send(response, 200, page([object('a', 8)], 9, 'more'));
        },
        (response) => {
          t.deepEqual(items(), ['a@1', 'b@2'], 'a list that is half read changes nothing');
          send(response, 200, page([object('c', 7)], 9));
        },
      ],
      [answer, quiet],
    );
    await until(() => watched().length === 2 && mirror.staleSince === undefined);
    t.deepEqual([items(), watched(), listed()], [['a@8', 'c@7'], ['3', '9'], 3]);
  });
}

test('while the API server is away, the last known items stay, and it says since when', async (t) => {
  let cutAt: number | undefined;
  let isAway = false;
  const { mirror, items, failures } = await mirrorOf(
    t,
    [gives(3, object('a', 1))],
    [
      (response) => {
        if (isAway) response.destroy();
        else quiet(response);
        if (cutAt !== undefined) return;
        setTimeout(() => {
          [isAway, cutAt] = [true, Date.now()];
          response.destroy();
        }, 50);
      },
    ],
  );
  t.not(mirror.staleSince, undefined, 'nothing is known before the first list');
  await until(() => failures.length > 0);
  const since = mirror.staleSince ?? 0;
  t.true(since >= (cutAt ?? Infinity));
  await until(() => failures.length > 4);
  t.deepEqual([mirror.staleSince, items()], [since, ['a@1']]);
  isAway = false;
  await until(() => mirror.staleSince === undefined);
});

test('it waits longer and longer while a watch brings nothing', async (t) => {
  const times: number[] = [];
  await mirrorOf(
    t,
    [gives(3)],
    [
      (response) => {
        times.push(performance.now());
        response.end();
      },
    ],
    { pause: 20, longestPause: 500 },
  );
  await until(() => times.length === 7);
  t.true((times[6] ?? 0) - (times[5] ?? 0) > 200, 'half of 640, of 500 at the most');
});

test('an object that cannot be read is told of, and hides no other', async (t) => {
  const bad = { metadata: { name: 7, uid: 'bad', resourceVersion: '2' } };
  const { mirror, items, failures } = await mirrorOf(
    t,
    [gives(3, object('a', 1), bad)],
    [tells(line('MODIFIED', object('a', 4)), line('MODIFIED', bad), line('ADDED', object('b', 5)))],
  );
  await until(() => mirror.size === 2);
  t.deepEqual(items(), ['a@4', 'b@5']);
  t.is(failures.length, 2);
  t.regex(failures[0]?.message ?? '', /^Cannot read an object of \/api\/v1\/pods/);
});

test('a right that is missing is told of, and it goes on trying', async (t) => {
  const { mirror, failures } = await mirrorOf(
    t,
    [
      (response) =>
        send(response, 403, { message: 'pods is forbidden: user "x" cannot list resource "pods"' }),
      gives(3, object('a', 1)),
    ],
    [quiet],
  );
  await mirror.synced;
  t.is(failures[0]?.code, 'denied');
  t.regex(failures[0]?.message ?? '', /cannot list resource "pods": grant it by a role$/);
});

test('closing ends the watch, and whatever it waits for', async (t) => {
  const closed: Promise<unknown>[] = [];
  const { mirror } = await mirrorOf(
    t,
    [gives(3)],
    [
      (response) => {
        closed.push(once(response, 'close'));
        quiet(response);
      },
    ],
  );
  await until(() => closed.length === 1 && mirror.staleSince === undefined);
  await mirror.close();
  await Promise.all(closed);
  const away = await mirrorOf(t, [(response) => response.destroy()], [quiet], { pause: 60_000 });
  await until(() => away.listed() > 0);
  await away.mirror.close();
  t.is(away.mirror.size, 0);
});
