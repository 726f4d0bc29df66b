import fc from 'fast-check';

/** Texts that a page or a terminal could take for more than text. */
export const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '</script><b>',
    '<!--<script>',
    '" onload="x',
    "' x='",
    '</style>',
    '-->',
    '\u001B[31mred',
    'two\nlines',
    'x'.repeat(300),
    '\u0085\u009F\u2028',
    '__proto__',
  ),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '\u0000', '\uD800', 'x', ' ') }),
);
