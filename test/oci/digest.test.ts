import test from 'ava';
import * as fc from 'fast-check';
import { canonicalJson, type Json } from '../../src/oci/canonical-json.ts';
import { hexOf, parseDigest, sha256 } from '../../src/oci/digest.ts';

test('digests of ours, of others, and malformed ones', (t) => {
  const ours = sha256('x');
  t.is(parseDigest(ours), ours);
  t.is(hexOf(ours).length, 64);
  t.is(parseDigest(`sha512:${'0'.repeat(128)}`), undefined);
  t.is(parseDigest('blake3+b64:abc='), undefined);
  for (const text of [
    '',
    'sha256',
    'sha256:',
    'sha256:abc',
    `sha256:${'A'.repeat(64)}`,
    `sha512:${'0'.repeat(64)}`,
    `SHA256:${'0'.repeat(64)}`,
    'a:b c',
    ':x',
  ]) {
    t.like(
      t.throws(() => parseDigest(text)),
      { code: 'invalid', reason: 'DIGEST_INVALID' },
      text,
    );
  }
});

test('canonical JSON means the same, and its bytes depend on the value alone', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const bytes = canonicalJson(value);
      t.deepEqual(JSON.parse(bytes.toString()), JSON.parse(JSON.stringify(value)));
      t.deepEqual(canonicalJson(reversed(value)), bytes);
    }),
  );
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [key, each === undefined ? each : reversed(each)] as const,
  );
  return Object.fromEntries(entries.toReversed());
}
