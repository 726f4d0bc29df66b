import test from 'ava';
import fc from 'fast-check';
import { printable, printableLines } from '../../src/cli/printable.ts';

test('nothing that a terminal takes for an order is left, and all else stays', (t) => {
  t.is(printable('a\u001b]0;title\u0007b\u009bc\n'), 'a?]0;title?b?c?');
  t.is(printableLines('a\u001b[2J\nb\r\n'), 'a?[2J\nb?\n');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      t.notRegex(printable(text), /\p{Cc}/u);
      t.is(printableLines(text).split('\n').length, text.split('\n').length);
      t.notRegex(printableLines(text).replaceAll('\n', ''), /\p{Cc}/u);
    }),
  );
  fc.assert(fc.property(fc.stringMatching(/^\P{Cc}*$/u), (text) => t.is(printable(text), text)));
});
