import test from 'ava';
import { Failure } from '../../../src/errors.ts';
import { contentsOf, layerTar } from './layer-tar.ts';

test('targets of links are bounded as names are', async (t) => {
  const long = `${'x/../'.repeat(1000)}a`;
  for (const type of ['link', 'symlink'] as const) {
    const tar = await layerTar([
      { name: 'a', body: 'x' },
      { name: 'b', type, linkname: long },
    ]);
    await t.throwsAsync(contentsOf(tar), { instanceOf: Failure, code: 'invalid', message: /4096/ }, type);
  }
});
