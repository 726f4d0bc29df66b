import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { LongWork } from '../../../src/http/long-work.ts';

test('all who ask meanwhile share the work, and later ones begin it anew', async (t) => {
  const work = new LongWork<number>(60_000);
  let begun = 0;
  const end = Promise.withResolvers<void>();
  const begin = async (): Promise<number> => {
    const mine = ++begun;
    await end.promise;
    return mine;
  };
  const all = [work.join('a', begin), work.join('b', begin), work.join('a', begin)];
  end.resolve();
  t.deepEqual(await Promise.all(all), [1, 2, 1]);
  t.is(await work.join('a', begin), 3);
});

const fail = async (): Promise<string> => Promise.reject(new Error('no'));
const anew = async (): Promise<string> => 'begun anew';

test('a failure is that of all who wait, and is not kept', async (t) => {
  const work = new LongWork<string>(60_000);
  const all = await Promise.allSettled([work.join('a', fail), work.join('a', fail)]);
  t.deepEqual(
    all.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.is(await work.join('a', anew), 'begun anew');
});

test('who was told to come back hears the outcome, once', async (t) => {
  const work = new LongWork<string>(20);
  for (const outcome of ['resolve', 'reject'] as const) {
    const end = Promise.withResolvers<string>();
    const begin = async (): Promise<string> => end.promise;
    for (let i = 0; i < 2; i++) {
      const told = await t.throwsAsync(work.join('a', begin));
      t.true(isFailure(told, 'busy'));
    }
    if (outcome === 'resolve') end.resolve('done');
    else end.reject(new Error('failed'));
    await turn();
    const heard = await work.join('a', anew).catch((error: unknown) => String(error));
    t.is(heard, outcome === 'resolve' ? 'done' : 'Error: failed');
    t.is(await work.join('a', anew), 'begun anew');
  }
});
