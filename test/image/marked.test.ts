import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Fresh } from '../../src/image/fresh.ts';
import { Marked } from '../../src/image/marked.ts';
import { believedFor } from '../../src/store/lifetime.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import type { Owner } from '../helpers/owner.ts';

async function scene(owner: Owner) {
  const root = join(await tempDir(owner), 'store');
  const store = await DirectoryStore.open(root);
  const reads: string[] = [];
  let now = 0;
  const etag = async (): Promise<string> => (await store.stat('mark'))?.etag ?? '';
  const mark = new Fresh(
    store,
    1,
    () => 'mark',
    etag,
    () => now,
  );
  const read = async (name: string): Promise<{ text: string }> => {
    reads.push(name);
    return { text: String(await readObject(store, `values/${name}`)) };
  };
  const marked = new Marked(mark, 100, read, () => now);
  const write = (name: string, text: string) => store.put(name, Buffer.from(text));
  return { root, marked, reads, write, pass: (milliseconds: number) => void (now += milliseconds) };
}

test('values are read again when the mark has changed, and only then', async (t) => {
  const { marked, reads, write, pass } = await scene(t);
  for (const name of ['a', 'b']) await write(`values/${name}`, '1');
  for (let look = 0; look < 5; look++, pass(600)) {
    for (const name of ['a', 'b']) t.is((await marked.get(name)).text, '1');
  }
  t.deepEqual(reads, ['a', 'b']);
  await write('values/a', '2');
  await write('mark', 'changed');
  pass(600);
  t.is((await marked.get('a')).text, '2');
  t.is((await marked.get('b')).text, '1');
  t.deepEqual(reads, ['a', 'b', 'a', 'b']);
});

test('what nobody marked is seen in the end', async (t) => {
  const { marked, write, pass } = await scene(t);
  await write('values/a', '1');
  t.is((await marked.get('a')).text, '1');
  await write('values/a', '2');
  pass(believedFor - 1_000);
  t.is((await marked.get('a')).text, '1');
  pass(2_000);
  t.is((await marked.get('a')).text, '2');
});

test('a value that was read before a change is not believed after it', async (t) => {
  const { marked, write } = await scene(t);
  await write('values/a', '1');
  const before = marked.get('a');
  await write('values/a', '2');
  await write('mark', 'changed');
  await before;
  marked.forget('a');
  t.is((await marked.get('a')).text, '2');
});

test('who asks at once shares one read, and what is known needs no wait', async (t) => {
  const { marked, reads, write, pass } = await scene(t);
  await write('values/a', '1');
  t.is(marked.known('a'), undefined);
  const all = await Promise.all(Array.from({ length: 20 }, () => marked.get('a')));
  t.is(reads.length, 1);
  t.is(marked.known('a'), all[0]);
  pass(600);
  t.is(marked.known('a'), undefined, 'the mark must be looked at');
});

test('while the store is away the last known value is given, and nothing else', async (t) => {
  const { root, marked, write, pass } = await scene(t);
  await write('values/a', '1');
  t.is((await marked.get('a')).text, '1');
  await rm(root, { recursive: true });
  for (const wait of [600, believedFor]) {
    pass(wait);
    t.is((await marked.get('a')).text, '1');
  }
  await t.throwsAsync(marked.get('b'), { code: 'unavailable' });
});
