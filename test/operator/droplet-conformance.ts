import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { isFailure } from '../../src/errors.ts';
import type { PutResult, RefusalQuery } from '../../src/operator/operator.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { hash, tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import type { Bed } from './conformance.ts';

/** What every operator does with droplets, over version 1.0 of cflinuxfs4. @param bed is there once tests run */
export function dropletConformance(bed: () => Bed): void {
  const put = (guid: string, { bytes, sha1 }: TinyDroplet, stack?: string): Promise<PutResult> =>
    bed().operator.droplets.put(guid, sha1, Readable.from([bytes]), { wait: true, stack });

  test('a droplet is put, told about, deleted, and put again', async (t) => {
    const { droplets } = bed().operator;
    const droplet = await tinyDroplet(t, 'told about');
    const { sha1, sha256, bytes } = droplet;
    const known = { guid: 'told-about', hash: sha1, sha1, sha256, size: bytes.length };
    t.deepEqual(await put('told-about', droplet), { ...known, created: true, changed: true });
    t.deepEqual(await put('told-about', droplet), { ...known, created: false, changed: false });
    const summary = {
      guid: 'told-about',
      hash: sha1,
      stack: 'cflinuxfs4',
      state: 'converted' as const,
      size: bytes.length,
    };
    t.deepEqual(await droplets.list('told-about'), [summary]);
    t.deepEqual(
      (await droplets.list()).filter((item) => item.guid === 'told-about'),
      [summary],
    );
    const { record, needs, refusal, ...rest } = await droplets.get('told-about', sha1);
    t.deepEqual(rest, summary);
    t.is(refusal, undefined);
    t.like(needs, { sizeClass: 'small', elfFiles: 0 });
    t.like(record, { guid: 'told-about', sourceSha256: sha256, startCommand: 'cat hello.txt' });

    t.true(await droplets.remove('told-about', sha1));
    t.is((await droplets.get('told-about', sha1)).state, 'deleted');
    t.is((await put('told-about', droplet)).created, true);
    t.is((await droplets.get('told-about', sha1)).state, 'converted');
    t.deepEqual(await droplets.list('guid-without-any'), []);
  });

  test('a droplet may be named by SHA-256, with its SHA-256 announced beside, and not waited for', async (t) => {
    const { droplets } = bed().operator;
    const { sha256, bytes } = await tinyDroplet(t, 'not waited for');
    const body = Readable.from([bytes]);
    const { created } = await droplets.put('not-waited', sha256, body, { wait: false, sha256 });
    t.true(created);
    while ((await droplets.get('not-waited', sha256)).state !== 'converted') await sleep(20);
    t.like(await droplets.get('not-waited', sha256), { record: { sourceSha256: sha256 } });
  });

  test('a droplet belongs to the stack that it is put for, or assigned to', async (t) => {
    const { droplets, images, rootfs } = bed().operator;
    await rootfs.import('assigned', '1', await tinyRootfs(t, 'assigned'), {});
    await rootfs.promote('assigned', '1');
    const droplet = await tinyDroplet(t, 'stacks');
    await put('put-for', droplet, 'assigned');
    await put('assign-to', droplet);
    t.true(await droplets.assignStack('assign-to', 'assigned'));
    for (const guid of ['put-for', 'assign-to']) {
      t.is((await droplets.get(guid, droplet.sha1)).stack, 'assigned');
      const { origin } = await images.show(`assigned/${guid}:${droplet.sha1}`);
      t.deepEqual(origin.rootfs, { stack: 'assigned', version: '1' });
    }
  });

  test('a droplet that breaks a rule is refused with entry and rule, and kept only when nobody waited', async (t) => {
    const { droplets } = bed().operator;
    const bytes = Buffer.from('no archive at all');
    const name = hash('sha1', bytes);
    const refused = async (guid: string) => {
      const error = await t.throwsAsync(() =>
        droplets.put(guid, name, Readable.from([bytes]), { wait: true }),
      );
      t.true(isFailure(error, 'refused'));
      t.regex(error?.message ?? '', new RegExp(`Droplet ${guid}/${name} refused: .*rule gzip`));
    };
    await refused('refused-now');
    t.deepEqual(await droplets.list('refused-now'), []);

    await droplets.put('refused-late', name, Readable.from([bytes]), { wait: false });
    while ((await droplets.get('refused-late', name)).state !== 'refused') await sleep(20);
    t.like(await droplets.get('refused-late', name), { refusal: { rule: 'gzip', guid: 'refused-late' } });
    await refused('refused-late');
    const all = await droplets.refusals();
    t.deepEqual(
      all.filter(({ guid }) => guid.startsWith('refused')).map(({ guid }) => guid),
      ['refused-late'],
    );
  });

  test('refusals are told the latest first, by rule, and page by page', async (t) => {
    const { droplets } = bed().operator;
    const { own } = bed();
    for (const nth of [0, 1, 2, 3]) {
      const name = { guid: `paged-${nth}`, hash: hash('sha1', Buffer.from(`${nth}`)) };
      const rule = nth === 3 ? 'other-rule' : 'some-rule';
      const why = { rulesVersion: 1, conditions: '', rule, entry: 'x', offset: 0, detail: 'x' };
      const record = { format: 1, ...name, ...why, at: `2001-01-0${1 + nth}T00:00:00.000Z` };
      await own.put(`v1/refusals/${name.guid}/${name.hash}.json`, Buffer.from(JSON.stringify(record)));
    }
    const guids = async (query: RefusalQuery) => (await droplets.refusals(query)).map(({ guid }) => guid);
    t.deepEqual(await guids({ rule: 'some-rule' }), ['paged-2', 'paged-1', 'paged-0']);
    t.deepEqual(await guids({ rule: 'some-rule', limit: 1 }), ['paged-2']);
    t.deepEqual(await guids({ rule: 'some-rule', skip: 1, limit: 1 }), ['paged-1']);
    t.deepEqual(await guids({ rule: 'some-rule', skip: 3 }), []);
    t.deepEqual(await guids({ rule: 'no-rule' }), []);
    t.deepEqual((await guids({})).slice(-4), ['paged-3', 'paged-2', 'paged-1', 'paged-0']);
    t.like(await droplets.refusalRules(), { 'some-rule': 3, 'other-rule': 1 });
  });

  test('apps are counted by stack, and it is told when', async (t) => {
    const { droplets } = bed().operator;
    await put('counted', await tinyDroplet(t, 'counted'), 'counted');
    const since = Date.now();
    // Who counted just before has told of another moment.
    for (let counts = await droplets.count(); ; counts = await droplets.count()) {
      if (Date.parse(counts.at) >= since) {
        t.is(counts.apps['counted'], 1);
        break;
      }
      await sleep(500);
    }
  });

  test('verifying a droplet finds what is damaged or gone', async (t) => {
    const { droplets } = bed().operator;
    const { own } = bed();
    const droplet = await tinyDroplet(t, 'verified');
    const { sha1 } = droplet;
    await put('verified', droplet);
    t.deepEqual(await droplets.verify('verified', sha1), { guid: 'verified', hash: sha1, problems: [] });

    const { record } = await droplets.get('verified', sha1);
    const object = record?.object ?? '';
    const bytes = await readObject(own, object);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await own.put(object, bytes);
    await own.put(`droplets/ve/ri/verified/${sha1}`, Buffer.from('other bytes'));
    const damaged = await droplets.verify('verified', sha1);
    t.is(damaged.problems.length, 2);
    t.regex(damaged.problems.join('\n'), /^the droplet in the source hashes to .*\nthe layer hashes to /);

    await own.remove(object);
    await own.remove(`droplets/ve/ri/verified/${sha1}`);
    const gone = await droplets.verify('verified', sha1);
    t.regex(
      gone.problems.join('\n'),
      /^the source no longer has the droplet.*\nthe layer's object .* is gone$/,
    );
  });

  test('a body that fails, fails the put with its own error and leaves nothing', async (t) => {
    const { sha1, bytes } = await tinyDroplet(t, 'cut short');
    const broken = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 20);
        await sleep(20);
        throw new Error('the disk fell out');
      })(),
    );
    const error = await t.throwsAsync(() =>
      bed().operator.droplets.put('cut-short', sha1, broken, { wait: true }),
    );
    t.is(error?.message, 'the disk fell out');
    t.deepEqual(await keysBelow(bed().own, 'droplets/cu/t-/cut-short/'), []);
  });

  test('a hash that is known keeps its content', async (t) => {
    const { sha1, sha256, bytes } = await tinyDroplet(t, 'collision');
    await bed().own.put(`droplets/co/ll/collision/${sha1}`, Buffer.from('what a SHA-1 collision would be'));
    const error = await t.throwsAsync(() =>
      bed().operator.droplets.put('collision', sha1, Readable.from([bytes]), { wait: true, sha256 }),
    );
    t.true(isFailure(error, 'conflict'));
    t.is(
      (await readObject(bed().own, `droplets/co/ll/collision/${sha1}`)).toString(),
      'what a SHA-1 collision would be',
    );
  });
}
