import * as fc from 'fast-check';
import { bytes, weighted } from './weighted.ts';

const usual = ['a', 'b', 'c', 'app', 'deps', '0', 'bin', 'lib', 'staging_info.yml'];
const odd = [
  'with space',
  ' ',
  '-rf',
  '*',
  '"',
  '\\',
  '\\n',
  '%41',
  'new\nline',
  'a\r',
  '.hidden',
  '...',
  '~',
];
const telling = ['home', 'vcap', '.wh', 'wh.', 'PaxHeader', '\xff', '\xc3\xbc', '\xe6\x97\xa5'];
/** Around the 100 bytes of a header's name, `home/vcap/` before it or not. */
const filling = [89, 90, 91, 99, 100, 101, 255].map((length) => 'm'.repeat(length));
const long = fc
  .tuple(fc.constantFrom('n', '\xe9', '\xc3\xa9'), fc.integer({ min: 60, max: 127 }))
  .map(([letter, length]) => letter.repeat(length));

/** A part of a name that nothing forbids. */
export const component: fc.Arbitrary<string> = weighted(
  [6, fc.constantFrom(...usual)],
  [2, fc.constantFrom(...odd)],
  [2, fc.constantFrom(...telling)],
  [2, bytes(12, '/\0')],
  [3, long],
  [1, fc.constantFrom(...filling)],
).map((name) => (name === '.' || name === '..' || name.startsWith('.wh.') ? `_${name}` : name));

const places = ['a', '../a', './a', '/home/vcap/app', '/etc/passwd', '..', '.', '/', 'a//b/', '.wh.a'];

/** Where symbolic links lead, which is nobody's business. */
export const target: fc.Arbitrary<string> = weighted(
  [4, fc.constantFrom(...places)],
  [1, bytes(40, '\0')],
  [2, fc.integer({ min: 90, max: 500 }).map((length) => 'to/'.repeat(length).slice(0, length))],
);

/** Spellings of one name, all of which are in use. */
export type Spelling = 'plain' | 'dot' | 'slashes' | 'dots';

export function spell(name: string, spelling: Spelling): string {
  const spelled = {
    plain: name,
    dot: `./${name}`,
    slashes: `.//${name.replaceAll('/', '//')}`,
    dots: `././${name.replaceAll('/', '/./')}`,
  };
  return spelled[spelling];
}
