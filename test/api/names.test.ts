/** What the schemas of names take, beside what `oci` takes and what their patterns tell programs. */
import test from 'ava';
import fc from 'fast-check';
import { z } from 'zod';
import * as names from '../../src/api/names.ts';
import {
  componentGrammar,
  hashGrammar,
  isDropletHash,
  isGuid,
  isStackName,
  isVersion,
  versionGrammar,
} from '../../src/oci/reference.ts';

const alike = fc.oneof(
  fc.stringMatching(componentGrammar),
  fc.stringMatching(versionGrammar),
  fc.stringMatching(hashGrammar),
  fc.constantFrom(
    '',
    '..',
    'rootfs',
    'cloudfoundry',
    '__proto__',
    'a/b',
    'UPPER',
    'a'.repeat(201),
    'abc',
    'a b',
  ),
  fc.string(),
);

for (const [name, schema, isRight] of [
  ['stack', names.stackName, isStackName],
  ['version', names.versionName, isVersion],
  ['holder', names.holderName, isVersion],
  ['guid', names.guidName, isGuid],
  ['hash', names.hashName, isDropletHash],
] as const) {
  test(`a ${name} is taken where it is one, and its pattern says the same`, (t) => {
    const told = z.toJSONSchema(schema);
    fc.assert(
      fc.property(alike, (text) => {
        t.is(schema.safeParse(text).success, isRight(text), JSON.stringify(text));
        t.is(fits(told, text), isRight(text), JSON.stringify(text));
      }),
      { numRuns: 500 },
    );
  });
}

test('a name that is none is told in the words of its grammar', (t) => {
  t.regex(names.stackName.safeParse('UPPER').error?.message ?? '', /cannot be a stack's name: use a-z/);
  t.regex(names.digestName.safeParse('sha256:abc').error?.message ?? '', /Malformed digest/);
  t.regex(names.paperName.safeParse('x.js').error?.message ?? '', /cannot be a paper's name/);
});

/** What JSON Schema says of a string, as far as names use it. */
function fits(
  { pattern = '', minLength = 0, maxLength = Infinity, not }: z.core.JSONSchema.BaseSchema,
  text: string,
): boolean {
  const isExcepted = typeof not === 'object' && not.const === text;
  return (
    new RegExp(pattern, 'u').test(text) && text.length >= minLength && text.length <= maxLength && !isExcepted
  );
}
