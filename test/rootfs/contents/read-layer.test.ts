import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import test from 'ava';
import * as fc from 'fast-check';
import { Failure } from '../../../src/errors.ts';
import { ContentsBuilder } from '../../../src/rootfs/contents/contents-builder.ts';
import { contentsOf, layerTar } from './layer-tar.ts';

const library = readFileSync(new URL('../../layer/fixtures/elf/libabove-64-big.so', import.meta.url));

test('the chunks in which a layer comes do not matter', async (t) => {
  const tar = await layerTar([
    { name: 'bin/bash', mode: 0o755 },
    { name: 'lib/a.so', body: library },
    { name: 'etc/os-release', body: 'ID=x' },
  ]);
  const whole = await contentsOf(tar);
  t.is(whole.libraries.length, 1);
  for (const size of [1, 7, 63, 511, 513, 4096]) {
    const builder = new ContentsBuilder();
    await builder.addLayer(Readable.from(chunks(tar, size)));
    t.deepEqual(builder.finish(), whole, `${size} bytes`);
  }
});

test('what a layer fails with comes through as it is', async (t) => {
  const tar = await layerTar([{ name: 'lib/a.so', body: library }]);
  const error = new Error('the store went away');
  const failing = Readable.from(
    (function* () {
      yield tar.subarray(0, 1000);
      throw error;
    })(),
  );
  t.is(await t.throwsAsync(new ContentsBuilder().addLayer(failing)), error);
  const endless = Readable.from(
    (function* () {
      yield tar.subarray(0, tar.length - 1024);
      for (;;) yield Buffer.alloc(512, 1);
    })(),
  );
  await t.throwsAsync(new ContentsBuilder().addLayer(endless), { instanceOf: Failure, code: 'invalid' });
  t.true(endless.destroyed);
});

test('a malformed tar is a failure of its own', async (t) => {
  const tar = await layerTar([{ name: 'lib/a.so', body: library }]);
  const wrong = {
    'cut off': tar.subarray(0, 3000),
    'not a tar': Buffer.alloc(2048, 'text'),
    'half a header': tar.subarray(0, 100),
  };
  for (const [what, bytes] of Object.entries(wrong)) {
    const error = await t.throwsAsync(contentsOf(bytes), { instanceOf: Failure, code: 'invalid' }, what);
    t.regex(error.message, /^its tar is malformed: /);
  }
});

test('a size that cannot be is a failure', async (t) => {
  for (const lead of [0x81, 0xc4, 0xff]) {
    const bytes = Buffer.from(await layerTar([{ name: 'a', body: 'x' }]));
    bytes.writeUInt8(lead, 124);
    mendChecksum(bytes, 0);
    await t.throwsAsync(contentsOf(bytes), { instanceOf: Failure, code: 'invalid' }, String(lead));
  }
});

test('damage ends in contents or in a failure', async (t) => {
  const tar = await layerTar([
    { name: 'd/' },
    { name: 'd/a.so', body: library },
    { name: 'd/b', type: 'link', linkname: 'd/a.so' },
    { name: 'var/lib/dpkg/status', body: 'Package: a\nVersion: 1\n' },
    { name: `d/${'long'.repeat(40)}`, type: 'symlink', linkname: 'a.so' },
    { name: 'd/.wh.c' },
  ]);
  const damage = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (changes, mend) => {
      const bytes = Buffer.from(tar);
      for (const [at, byte] of changes) bytes[at] = byte;
      if (mend) for (const [at] of changes) mendChecksum(bytes, at - (at % 512));
      const outcome = await contentsOf(bytes).catch((error: unknown) => error);
      t.true(outcome instanceof Failure || !(outcome instanceof Error), String(outcome));
    }),
    { numRuns: 1000 },
  );
});

/** Without it, damage to a header would never get past the first check. */
function mendChecksum(bytes: Buffer, at: number): void {
  const header = bytes.subarray(at, at + 512);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

function* chunks(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
