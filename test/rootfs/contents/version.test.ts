import { spawnSync } from 'node:child_process';
import test from 'ava';
import * as fc from 'fast-check';
import { testWith } from '../../helpers/test-with.ts';
import { compareVersions } from '../../../src/rootfs/contents/version.ts';

const pairs: [older: string, relation: '<' | '=', newer: string][] = [
  ['1.0', '=', '1.0'],
  ['1.0', '=', '1.0-0'],
  ['1.0', '=', '0:1.0'],
  ['1.0', '=', '00:1.00-0'],
  ['1.01', '=', '1.1'],
  ['1.0~rc1', '<', '1.0'],
  ['1.0~rc1', '<', '1.0~rc2'],
  ['1.0~~', '<', '1.0~'],
  ['1.0~~', '<', '1.0~~a'],
  ['1.0~~a', '<', '1.0~'],
  ['1.0~', '<', '1.0'],
  ['1.0', '<', '1.0a'],
  ['1.0a', '<', '1.0+'],
  ['1.0A', '<', '1.0a'],
  ['1.0Z', '<', '1.0a'],
  ['1.0z', '<', '1.0+'],
  ['1.0+a', '<', '1.0.'],
  ['1.0-1', '<', '1.0-1.1'],
  ['1.0-1~bpo12+1', '<', '1.0-1'],
  ['1.0-1', '<', '1.0-1+b1'],
  ['1.0-1+b9', '<', '1.0-1+b10'],
  ['1.2-3', '<', '1.2-3-1'],
  ['1.2-3-9', '<', '1.2-4-1'],
  ['9', '<', '10'],
  ['1.9', '<', '1.10'],
  ['1.09', '<', '1.9.0'],
  ['2:0.1', '<', '10:0.0'],
  ['999.9', '<', '1:0.1'],
  ['1:1:2', '<', '1:1:10'],
  ['2.36-9', '<', '2.36-9+deb12u10'],
  ['3.0.2-0ubuntu1.9', '<', '3.0.2-0ubuntu1.20'],
  ['1.1.1f-1ubuntu2', '<', '1.1.1f-1ubuntu2.23'],
  ['20230311', '<', '20230311+deb12u1'],
  ['1.99999999999999999998', '<', '1.99999999999999999999'],
  ['4.0.0~really', '<', '4.0.0'],
  ['1a1', '<', '1a01b'],
  ['1.2', '<', '1.2.'],
  ['0', '<', '0.'],
];

test('orders tricky pairs as the policy says', (t) => {
  for (const [older, relation, newer] of pairs) {
    t.is(
      Math.sign(compareVersions(older, newer)),
      relation === '<' ? -1 : 0,
      `${older} ${relation} ${newer}`,
    );
    t.is(Math.sign(compareVersions(newer, older)), relation === '<' ? 1 : 0, `${newer} back to ${older}`);
  }
});

/** Other distributions than Debian and its kin may lack it. In CI it must be there. */
const withDpkg = testWith('dpkg');

withDpkg('orders as dpkg does', (t) => {
  for (const [older, relation, newer] of pairs)
    t.true(dpkg(older, relation, newer), `${older} ${relation} ${newer}`);
  fc.assert(
    fc.property(version, version, (a, b) => {
      const relation = { '-1': '<', '0': '=', '1': '>' }[String(Math.sign(compareVersions(a, b)))];
      t.true(dpkg(a, relation ?? '', b), `${a} ${relation} ${b}`);
    }),
    { numRuns: 200 },
  );
});

/** Versions near enough to each other for every rule to matter. */
const piece = fc.array(fc.constantFrom('0', '1', '9', '10', '01', '.', '+', '~', 'a', 'Z', 'b'), {
  maxLength: 5,
});
const version = fc
  .tuple(fc.constantFrom('', '0:', '1:', '12:'), piece, fc.constantFrom('', '-'), piece)
  .map(([epoch, upstream, hyphen, revision]) => {
    const end = hyphen === '' ? '' : `-0${revision.join('')}`;
    return `${epoch}1${upstream.join('')}${end}`;
  });

test('is a total order on any strings', (t) => {
  const any = fc.oneof(version, fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      t.is(compareVersions(a, a), 0);
      t.is(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
      const [x = '', y = '', z = ''] = [a, b, c].toSorted(compareVersions);
      t.true(compareVersions(x, y) <= 0 && compareVersions(y, z) <= 0 && compareVersions(x, z) <= 0);
    }),
    { numRuns: 2000 },
  );
});

function dpkg(a: string, relation: string, b: string): boolean {
  return spawnSync('dpkg', ['--compare-versions', a, relation, b], { stdio: 'ignore' }).status === 0;
}
