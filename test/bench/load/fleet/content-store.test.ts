import test from 'ava';
import { createContentStore } from '../../../../bench/load/fleet/content-store.ts';

const nothing = () => Promise.resolve(undefined);

test('What a complete image brought stays, and what another did goes', async (t) => {
  const store = createContentStore();
  for (const isComplete of [true, false]) {
    const pull = store.lease();
    await pull.need(`of ${isComplete}`, nothing);
    pull.end(isComplete);
  }
  t.deepEqual(await missing(store, ['of true', 'of false']), ['of false']);
  store.clear();
  t.deepEqual(await missing(store, ['of true']), ['of true']);
});

test('What a pull uses stays with it when the pull that brought it fails', async (t) => {
  const store = createContentStore();
  const [first, second] = [store.lease(), store.lease()];
  await first.need('layer', nothing);
  await second.need('layer', () => Promise.reject(new Error('It is there')));
  first.end(false);
  t.deepEqual(await missing(store, ['layer']), []);
  second.end(false);
  t.deepEqual(await missing(store, ['layer']), ['layer']);
});

test('One pull brings what several want, and the next where that fails', async (t) => {
  const store = createContentStore();
  let turns = 0;
  const bring = async (): Promise<undefined> => {
    if (++turns === 1) throw new Error('The first fails');
    return undefined;
  };
  const ends = await Promise.allSettled([1, 2, 3, 4].map(() => store.lease().need('layer', bring)));
  t.deepEqual(
    ends.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
  t.is(turns, 2);
});

async function missing(
  store: ReturnType<typeof createContentStore>,
  digests: readonly string[],
): Promise<string[]> {
  const brought: string[] = [];
  const pull = store.lease();
  for (const digest of digests) await pull.need(digest, async () => void brought.push(digest));
  pull.end(false);
  return brought;
}
