import { randomUUID } from 'node:crypto';
import { storeLocation } from '../../config/config.ts';
import { readSettings, requireKnownLayers } from '../../image/settings.ts';
import { Stacks } from '../../rootfs/stacks.ts';
import { probeConditions, probesFolder } from '../../store/probe.ts';
import { readWhole } from '../../store/read-whole.ts';
import type { ObjectInfo, Store } from '../../store/store.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';
import { drift } from './drift.ts';

/** Of the facade's own store. Each leaves nothing there. */
export const storeChecks: readonly Check[] = [
  {
    name: 'store',
    tries: 'write, read, list and remove an object of the store',
    needs: ['configuration'],
    mend: 'let the facade write there: owner, mode and mount of the directory, or credentials, policy and endpoint of the bucket',
    try: async (site) => roundTrip(await site.store()),
  },
  {
    name: 'conditions',
    tries: 'have the store keep what two writers would overwrite',
    needs: ['store'],
    mend: 'use a store that honours If-None-Match and If-Match, or run one process alone with store.singleWriter: true',
    try: async (site) => {
      const location = storeLocation(await site.config());
      if ('s3' in location && location.singleWriter)
        return ok('it need not: store.singleWriter says that one process alone writes');
      await probeConditions(await site.store());
      return ok('conditional puts hold');
    },
  },
  {
    name: 'store-clock',
    tries: "compare the store's clock with that of this machine",
    needs: ['store'],
    mend: 'have both set by NTP: what is collected, and which signatures hold, is reckoned by them',
    try: async (site) => {
      const store = await site.store();
      const before = Date.now();
      const modified = await withProbe(store, async ({ key }) => (await store.stat(key))?.modified ?? NaN);
      return drift(modified, before, Date.now());
    },
  },
  {
    name: 'versions',
    tries: 'read the settings and the stacks, and find the layers of each promoted version',
    needs: ['store'],
    mend: 'promote another version, or import this one under a new name and promote that',
    try: async (site) => promotedVersions(await site.store()),
  },
];

async function roundTrip(store: Store): Promise<Verdict> {
  const began = performance.now();
  const key = await withProbe(store, async (info, bytes) => {
    const read = await readWhole(store, info.key);
    if (read?.bytes.equals(bytes) !== true) return undefined;
    for await (const found of store.list(probesFolder)) if (found.key === info.key) return info.key;
    return undefined;
  });
  if (key === undefined) return failure('it does not give, or does not list, what was just written');
  if ((await store.stat(key)) !== undefined) return failure('it still has what was just removed');
  return ok(`it does, in ${Math.round(performance.now() - began)} ms`);
}

/** Writes an object of a few bytes, and removes it whatever `work` does. */
async function withProbe<T>(store: Store, work: (info: ObjectInfo, bytes: Buffer) => Promise<T>): Promise<T> {
  const [key, bytes] = [probesFolder + randomUUID(), Buffer.from(randomUUID())];
  try {
    const info = await store.put(key, bytes);
    if (info === undefined) throw new Error('The store did not take an object');
    return await work(info, bytes);
  } finally {
    await store.remove(key).catch(() => {});
  }
}

async function promotedVersions(store: Store): Promise<Verdict> {
  requireKnownLayers(await readSettings(store));
  const stacks = new Stacks(store);
  const named: string[] = [];
  for (const { stack, promoted } of await stacks.list()) {
    if (promoted === undefined) continue;
    named.push(`${stack} ${promoted}`);
    const record = await stacks.rootfs(stack, promoted);
    if (record === undefined) return failure(`the record of ${stack} ${promoted} is gone`);
    for (const { object, size, digest } of record.layers) {
      const found = await store.stat(object);
      if (found?.size !== size)
        return failure(`layer ${digest} of ${stack} ${promoted} is ${found === undefined ? 'gone' : 'cut'}`);
    }
  }
  if (named.length > 0) return ok(`they are there: ${named.join(', ')}`);
  return warning('no stack has a promoted version: no tag can be answered', firstSteps);
}

const firstSteps = 'dropstack rootfs import <stack> <version> <file> --promote';
