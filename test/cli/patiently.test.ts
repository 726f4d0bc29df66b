import test from 'ava';
import { patiently } from '../../src/cli/patiently.ts';
import { Failure } from '../../src/errors.ts';

const busy = new Failure('busy', 'later', { retryAfter: 0 });
const away = new Failure('unavailable', 'nobody there');

/** Work that fails so, one time after the other, and then succeeds. */
function failing(...failures: unknown[]) {
  let count = 0;
  const work = async (): Promise<number> => {
    const failure = failures[count++];
    if (failure !== undefined) throw failure;
    return count;
  };
  return work;
}

test('who is told to come back does, for as long as it takes', async (t) => {
  t.is(await patiently(failing(...Array.from({ length: 100 }, () => busy))), 101);
});

test('who finds nobody tries again', async (t) => {
  t.is(await patiently(failing(away, busy, away)), 4);
});

test('what fails otherwise fails at once', async (t) => {
  for (const failure of [new Failure('not-found', 'none'), new Error('a bug')]) {
    t.is(await t.throwsAsync(patiently(failing(failure))), failure);
  }
});

test('waiting ends when it is told to', async (t) => {
  const stop = new AbortController();
  const waiting = patiently(failing(new Failure('busy', 'much later', { retryAfter: 3_600 })), stop.signal);
  stop.abort();
  await t.throwsAsync(waiting, { name: 'AbortError' });
});
