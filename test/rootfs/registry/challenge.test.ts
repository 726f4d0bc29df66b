import test from 'ava';
import fc from 'fast-check';
import { parseChallenges } from '../../../src/rootfs/registry/challenge.ts';

function plain(header: string): [string, Record<string, string>][] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test('challenges are read as registries write them', (t) => {
  const rows: [string, [string, Record<string, string>][]][] = [
    ['', []],
    ['Basic realm="r"', [['basic', { realm: 'r' }]]],
    ['BASIC', [['basic', {}]]],
    [
      'Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          { realm: 'https://auth.example/token', service: 'reg', scope: 'repository:a/b:pull,push' },
        ],
      ],
    ],
    ['Bearer Realm = "r" , service=reg', [['bearer', { realm: 'r', service: 'reg' }]]],
    [
      'Negotiate YWJj==, Basic realm="a, \\"b\\" \\\\", Digest qop=auth, nonce="x"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a, "b" \\' }],
        ['digest', { qop: 'auth', nonce: 'x' }],
      ],
    ],
    [
      'Negotiate, Basic realm=""',
      [
        ['negotiate', {}],
        ['basic', { realm: '' }],
      ],
    ],
    ['Basic realm="a", realm="b"', [['basic', { realm: 'a' }]]],
    ['Basic realm="open', [['basic', {}]]],
    ['realm="r"', []],
    ['Basic realm="r", @, Bearer x=y', [['basic', { realm: 'r' }]]],
  ];
  for (const [header, challenges] of rows) t.deepEqual(plain(header), challenges, header);
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const spaces = fc.constantFrom('', ' ', '  ', '\t');
const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '=', ' ', 'ä', '/') });
const challenge = fc.record({
  scheme: token,
  parameters: fc.uniqueArray(fc.tuple(token, value), {
    selector: ([name]) => name.toLowerCase(),
    maxLength: 4,
  }),
});

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

test('what is written is read', (t) => {
  fc.assert(
    fc.property(fc.array(challenge, { maxLength: 4 }), spaces, (challenges, space) => {
      const header = challenges
        .map(({ scheme, parameters }) => {
          const assigned = parameters.map(([name, text]) => `${name}${space}=${space}${quote(text)}`);
          return `${scheme} ${assigned.join(`${space},${space}`)}`;
        })
        .join(`,${space}`);
      t.deepEqual(
        parseChallenges(header).map(({ scheme, parameters }) => [scheme, [...parameters]]),
        challenges.map(({ scheme, parameters }) => [
          scheme.toLowerCase(),
          parameters.map(([name, text]) => [name.toLowerCase(), text]),
        ]),
        header,
      );
    }),
  );
});

test('no header is too much', (t) => {
  const wild = fc.string({ unit: fc.constantFrom('B', ' ', '"', '\\', ',', '=', '\t', '@', 'é') });
  fc.assert(
    fc.property(wild, (header) => Array.isArray(parseChallenges(header))),
    { numRuns: 2000 },
  );
  for (const part of [' ', '\\', '"', 'a=', 'a,', '="', 'a="\\"', 'a ']) {
    t.true(Array.isArray(parseChallenges(`Basic realm="${part.repeat(20_000)}`)));
    t.true(Array.isArray(parseChallenges(`Basic ${part.repeat(20_000)}@`)));
  }
});
