import test from 'ava';
import { Kept } from '../../src/operator/kept.ts';

function slow(takesMs: number) {
  let [now, made] = [0, 0];
  const kept = new Kept(
    async () => {
      now += takesMs;
      return ++made;
    },
    () => now,
  );
  return { kept, pass: (ms: number) => void (now += ms) };
}

test('an answer that took long is kept for long', async (t) => {
  const { kept, pass } = slow(2_000);
  t.is(await kept.get(), 1);
  pass(39_999);
  t.is(await kept.get(), 1);
  pass(1);
  t.is(await kept.get(), 2);
});

test('none is kept for more than ten minutes', async (t) => {
  const { kept, pass } = slow(200_000);
  t.is(await kept.get(), 1);
  pass(599_999);
  t.is(await kept.get(), 1);
  pass(1);
  t.is(await kept.get(), 2);
});

test('one that took no time is kept for some seconds', async (t) => {
  const { kept, pass } = slow(0);
  t.is(await kept.get(), 1);
  pass(9_999);
  t.is(await kept.get(), 1);
  pass(1);
  t.is(await kept.get(), 2);
});

test('all who ask meanwhile share it, and a failure is kept by nobody', async (t) => {
  const turns = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let begun = 0;
  const kept = new Kept(async () => turns[begun++]?.promise ?? 'more than wanted');
  const asked = Array.from({ length: 5 }, () => kept.get());
  turns[0]?.reject(new Error('away'));
  for (const one of asked) await t.throwsAsync(one, { message: 'away' });
  const again = Array.from({ length: 5 }, () => kept.get());
  turns[1]?.resolve('there');
  t.deepEqual(await Promise.all(again), Array(5).fill('there'));
  t.is(await kept.get(), 'there');
  t.is(begun, 2);
});
