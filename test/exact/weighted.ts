import * as fc from 'fast-check';

/** One of several kinds of values, each as likely as its weight says. */
export function weighted<Value>(
  ...kinds: [weight: number, values: fc.Arbitrary<Value>][]
): fc.Arbitrary<Value> {
  return fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** The usual value, but in so many of a hundred cases. */
export function rarely<Value>(
  percent: number,
  values: fc.Arbitrary<Value>,
  usual: Value,
): fc.Arbitrary<Value> {
  return weighted([100 - percent, fc.constant(usual)], [percent, values]);
}

/** Up to so many bytes, at least one, as text; a byte of `without` becomes an underscore. */
export function bytes(maxLength: number, without: string): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: 1, maxLength })
    .map((found) => found.map((byte) => (without.includes(String.fromCharCode(byte)) ? 0x5f : byte)))
    .map((found) => Buffer.from(found).toString('latin1'));
}
