import test from 'ava';
import fc from 'fast-check';
import { jsonLines } from '../../../src/rollout/kubernetes/json-lines.ts';

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
const values = fc.array(fc.record({ type: fc.string({ unit: 'binary' }), n: fc.nat() }), { maxLength: 12 });

test('however a stream is cut into pieces, and wherever it ends, whole lines are values', async (t) => {
  await fc.assert(
    fc.asyncProperty(values, sizes, fc.double({ min: 0, max: 1, noNaN: true }), async (given, cuts, part) => {
      const lines = given.map((value) => Buffer.from(`${JSON.stringify(value)}\n`));
      const bytes = Buffer.concat(lines);
      const kept = bytes.subarray(0, Math.round(bytes.length * part));
      const whole = lines.filter((_, i) => Buffer.concat(lines.slice(0, i + 1)).length <= kept.length).length;
      t.deepEqual(await Array.fromAsync(jsonLines(pieces(kept, cuts))), given.slice(0, whole));
    }),
  );
});

test('a line that is no JSON fails, after those before it', async (t) => {
  const seen: unknown[] = [];
  const read = async (): Promise<void> => {
    for await (const value of jsonLines(pieces(Buffer.from('{"a":1}\n\n{"b":\n{"c":3}\n'), [3])))
      seen.push(value);
  };
  await t.throwsAsync(read(), { code: 'corrupt', message: /^A line is no JSON: \{"b":$/ });
  t.deepEqual(seen, [{ a: 1 }]);
});
