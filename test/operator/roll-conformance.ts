import test from 'ava';
import { isFailure, type FailureCode } from '../../src/errors.ts';
import { keysBelow } from '../helpers/read.ts';
import type { Bed } from './conformance.ts';

/** How every operator keeps the papers of rolls. @param bed is there once tests run */
export function rollConformance(bed: () => Bed): void {
  const write = async (
    stack: string,
    roll: string,
    paper: string,
    text: string,
    first: boolean,
  ): Promise<void> => bed().operator.rolls.write(stack, roll, paper, Buffer.from(text), { first });

  test('papers are kept as they were written, and listed', async (t) => {
    const { rolls } = bed().operator;
    t.deepEqual(await rolls.list('rolling'), []);
    t.deepEqual(await rolls.papers('rolling', 'r-2'), []);
    t.is(await rolls.read('rolling', 'r-2', 'receipt.json'), undefined);
    await write('rolling', 'r-2', 'receipt.json', '{"pods":"é"}', false);
    await write('rolling', 'r-2', 'receipt.html', '', false);
    await write('rolling', 'r-1', 'wave-0.json', '[]', true);
    t.deepEqual(await rolls.read('rolling', 'r-2', 'receipt.json'), Buffer.from('{"pods":"é"}'));
    t.deepEqual(await rolls.read('rolling', 'r-2', 'receipt.html'), Buffer.alloc(0));
    t.like(await rolls.papers('rolling', 'r-2'), [
      { paper: 'receipt.html', size: 0 },
      { paper: 'receipt.json', size: 13 },
    ]);
    const list = await rolls.list('rolling');
    t.like(list, [
      { roll: 'r-1', papers: 1, size: 2 },
      { roll: 'r-2', papers: 2, size: 13 },
    ]);
    t.true(list.every(({ modified }) => Math.abs(Date.now() - modified) < 600_000));
    t.deepEqual(await keysBelow(bed().own, 'v1/rolls/rolling/r-1/'), ['v1/rolls/rolling/r-1/wave-0.json']);
  });

  test('the first paper of a name stays where that is asked for', async (t) => {
    const { rolls } = bed().operator;
    await write('firsts', 'firsts', 'proof-0-003.json', 'one', true);
    await t.notThrowsAsync(
      write('firsts', 'firsts', 'proof-0-003.json', 'one', true),
      'the same again is done already',
    );
    const error = await t.throwsAsync(() => write('firsts', 'firsts', 'proof-0-003.json', 'two', true));
    t.true(isFailure(error, 'conflict'), String(error));
    t.deepEqual(await rolls.read('firsts', 'firsts', 'proof-0-003.json'), Buffer.from('one'));
    await write('firsts', 'firsts', 'proof-0-003.json', 'two', false);
    t.deepEqual(await rolls.read('firsts', 'firsts', 'proof-0-003.json'), Buffer.from('two'));
    const all = Array.from({ length: 8 }, async (_, i) =>
      write('firsts', 'firsts', 'wave-1.json', `${i}`, true),
    );
    const won = (await Promise.allSettled(all)).flatMap(({ status }, i) =>
      status === 'fulfilled' ? [i] : [],
    );
    t.is(won.length, 1);
    t.deepEqual(await rolls.read('firsts', 'firsts', 'wave-1.json'), Buffer.from(`${won[0]}`));
  });

  test('names of papers lead nowhere else', async (t) => {
    const { rolls } = bed().operator;
    const fails = async (act: () => Promise<unknown>, code: FailureCode): Promise<void> => {
      const error = await t.throwsAsync(act);
      t.true(isFailure(error, code), String(error));
    };
    const bad = ['', '.', '..', '../x', 'a/b', 'A', 'x'.repeat(61), 'é', 'a b', 'a%2fb', '__proto__'];
    for (const text of bad) {
      await fails(() => rolls.papers('no-papers', text), 'invalid');
      await fails(() => rolls.read('no-papers', text, 'receipt.json'), 'invalid');
      await fails(() => write('no-papers', text, 'receipt.json', '', false), 'invalid');
      await fails(() => rolls.read('no-papers', 'r', `${text}.json`), 'invalid');
      await fails(() => write('no-papers', 'r', `${text}.html`, '', false), 'invalid');
    }
    for (const paper of ['receipt', 'receipt.js', 'receipt.json.html', 'receipt.htm', '.json'])
      await fails(() => write('no-papers', 'r', paper, '', false), 'invalid');
    await fails(() => rolls.list('UPPER'), 'invalid');
    await fails(() => rolls.read('..', 'r', 'receipt.json'), 'invalid');
    const large = Buffer.alloc(16 * 1024 * 1024 + 1);
    await fails(() => rolls.write('no-papers', 'r', 'large.json', large, { first: false }), 'too-large');
    t.deepEqual(await rolls.papers('no-papers', 'r'), []);
  });
}
