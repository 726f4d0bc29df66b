import test from 'ava';
import { showProgress } from '../../src/cli/progress.ts';
import { until } from '../crash/processes.ts';

/** What is written while progress is shown a few times. */
async function written(terminal: { isTTY?: boolean; columns?: number }): Promise<string[]> {
  const texts: string[] = [];
  let asked = 0;
  const stream = { ...terminal, write: (text: string) => void texts.push(text) };
  const end = showProgress(() => `${++asked} done, which is a long line`, stream, 1);
  await until('it was shown', () => asked >= 3);
  end();
  return texts;
}

test('on a terminal one line is written anew, cut to its width, and is gone in the end', async (t) => {
  const texts = await written({ isTTY: true, columns: 10 });
  t.is(texts[0], '\r\u001B[2K1 done, w');
  t.is(texts.at(-1), '\r\u001B[2K');
  t.true(texts.every((text) => !text.includes('\n')));
});

test('elsewhere each is a line', async (t) => {
  const texts = await written({});
  t.is(texts[1], '2 done, which is a long line\n');
  t.true(texts.every((text) => text.endsWith('\n')));
});
