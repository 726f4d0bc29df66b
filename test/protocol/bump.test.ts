/** What a bump changes, and what it leaves alone. */
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { keysBelow } from '../helpers/read.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask } from './request.ts';

type Served = { digest: string; bytes: Buffer; layers: string[]; config: string };

async function pull(url: string, name: string, reference: string): Promise<Served> {
  const { status, body, headers } = await ask(`${url}/v2/${name}/manifests/${reference}`);
  if (status !== 200) throw new Error(`${name}:${reference}: ${status} ${body.toString()}`);
  const { layers, config } = JSON.parse(body.toString()) as {
    layers: { digest: string }[];
    config: { digest: string };
  };
  const digest = String(headers['docker-content-digest']);
  return { digest, bytes: body, layers: layers.map((layer) => layer.digest), config: config.digest };
}

async function requireWhole(
  t: ExecutionContext,
  url: string,
  name: string,
  { digest, layers, config }: Served,
): Promise<void> {
  t.deepEqual((await pull(url, name, digest)).digest, digest);
  for (const blob of [...layers, config]) {
    const { status, body } = await ask(`${url}/v2/${name}/blobs/${blob}`);
    t.is(status, 200, blob);
    t.is(`sha256:${hash('sha256', body)}`, blob);
  }
}

test('a bump serves every tag over the new version, keeps old digests, and copies and converts nothing', async (t) => {
  const { url, operator, facade } = await startFacade(t);
  const guids = ['bump-one', 'bump-two', 'bump-three'];
  const tags = new Map<string, string>();
  await operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1.0');
  for (const guid of guids) {
    const droplet = await tinyDroplet(t, guid);
    await putDroplet(operator, guid, droplet);
    tags.set(guid, droplet.sha1);
  }
  const tagOf = (guid: string): string => tags.get(guid) ?? '';
  const before = new Map<string, Served>();
  for (const guid of guids) before.set(guid, await pull(url, `cloudfoundry/${guid}`, tagOf(guid)));

  await operator.rootfs.import(stack, '2.0', await tinyRootfs(t, 'two'), {});
  const objects = await keysBelow(facade.own, 'v1/objects/');
  const records = await keysBelow(facade.own, 'v1/droplets/');
  await operator.rootfs.promote(stack, '2.0');

  for (const guid of guids) {
    const name = `cloudfoundry/${guid}`;
    const [old, now] = [before.get(guid), await pull(url, name, tagOf(guid))];
    if (old === undefined) throw new Error('never pulled');
    t.not(now.digest, old.digest);
    t.not(now.layers[0], old.layers[0], 'another rootfs');
    t.deepEqual(now.layers.slice(1), old.layers.slice(1), 'the same launcher and droplet');
    await requireWhole(t, url, name, old);
    await requireWhole(t, url, name, now);
  }
  t.deepEqual(await keysBelow(facade.own, 'v1/objects/'), objects, 'no layer was copied');
  t.deepEqual(await keysBelow(facade.own, 'v1/droplets/'), records, 'no droplet was converted');

  const two = before.get('bump-two') ?? (await pull(url, 'cloudfoundry/bump-two', tagOf('bump-two')));
  await operator.rootfs.place(stack, { 'bump-one': '1.0' });
  t.is(
    (await pull(url, 'cloudfoundry/bump-one', tagOf('bump-one'))).digest,
    before.get('bump-one')?.digest ?? '',
  );
  t.not((await pull(url, 'cloudfoundry/bump-two', tagOf('bump-two'))).digest, two.digest);

  for (const [digest, version] of [
    [two.digest, '1.0'],
    [two.config, '1.0'],
    [(await pull(url, 'cloudfoundry/bump-two', tagOf('bump-two'))).digest, '2.0'],
  ] as const) {
    const answer = await ask(`${url}/api/v1/droplets/bump-two/images/${digest}`);
    t.like(JSON.parse(answer.body.toString()), {
      rootfs: { stack, version },
      droplet: { guid: 'bump-two', hash: tagOf('bump-two') },
    });
  }
  t.is((await ask(`${url}/api/v1/droplets/bump-one/images/${two.digest}`)).status, 404);
});

test('2 and 3: the same bytes after a restart with nothing in memory, and from a second process over the data', async (t) => {
  const first = await startFacade(t);
  await first.operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await first.operator.rootfs.promote(stack, '1.0');
  const { sha1, ...droplet } = await tinyDroplet(t, 'again');
  await putDroplet(first.operator, 'again-guid', { sha1, ...droplet });
  const one = await pull(first.url, 'cloudfoundry/again-guid', sha1);
  const second = await startFacade(t, { data: first.data });
  const two = await pull(second.url, 'cloudfoundry/again-guid', sha1);
  t.deepEqual(two.bytes, one.bytes);
  await requireWhole(t, second.url, 'cloudfoundry/again-guid', one);
});

test('a change made beside a running server is served by it within a second or so', async (t) => {
  const { url, operator, data } = await startFacade(t);
  const beside = await startFacade(t, { data });
  await operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1.0');
  const droplet = await tinyDroplet(t, 'beside');
  await putDroplet(operator, 'beside-guid', droplet);
  const before = await pull(url, 'cloudfoundry/beside-guid', droplet.sha1);
  await beside.operator.rootfs.import(stack, '2.0', await tinyRootfs(t, 'two'), {});
  await beside.operator.rootfs.promote(stack, '2.0');
  await delay(1000);
  t.not((await pull(url, 'cloudfoundry/beside-guid', droplet.sha1)).digest, before.digest);
  await beside.operator.droplets.remove('beside-guid', droplet.sha1);
  await delay(1000);
  t.is((await ask(`${url}/v2/cloudfoundry/beside-guid/manifests/${droplet.sha1}`)).status, 404);
});

test('a retired version answers no tag, its digests do; what is in use cannot be retired', async (t) => {
  const { url, operator } = await startFacade(t);
  await operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.import(stack, '2.0', await tinyRootfs(t, 'two'), {});
  await operator.rootfs.promote(stack, '1.0');
  const droplet = await tinyDroplet(t, 'retire');
  await putDroplet(operator, 'retire-guid', droplet);
  const name = 'cloudfoundry/retire-guid';
  const old = await pull(url, name, droplet.sha1);
  await t.throwsAsync(operator.rootfs.retire(stack, '1.0'), { code: 'conflict' });
  await operator.rootfs.promote(stack, '2.0');
  await operator.rootfs.place(stack, { 'retire-guid': '1.0' });
  await t.throwsAsync(operator.rootfs.retire(stack, '1.0'), { code: 'conflict', message: /retire-guid/ });
  await operator.rootfs.place(stack, { 'retire-guid': null });
  await operator.rootfs.retire(stack, '1.0');
  t.is((await ask(`${url}/v2/${stack}/retire-guid/manifests/${droplet.sha1}-1.0`)).status, 404);
  t.is((await ask(`${url}/v2/${stack}/rootfs/manifests/1.0`)).status, 404);
  await requireWhole(t, url, name, old);
});

test('droplets are pulled from a source in the layout of Cloud Controller, which is only read', async (t) => {
  const source = await startFacade(t);
  const droplet = await tinyDroplet(t, 'source');
  await source.facade.own.put(`so/ur/source-guid/${droplet.sha1}`, droplet.bytes);
  const held = await keysBelow(source.facade.own, '');
  const { url, operator } = await startFacade(t, { source: { directory: source.data } });
  await operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1.0');
  const served = await pull(url, 'cloudfoundry/source-guid', droplet.sha1);
  await requireWhole(t, url, 'cloudfoundry/source-guid', served);
  t.deepEqual((await ask(`${url}/droplets/source-guid/${droplet.sha1}`)).body, droplet.bytes);
  t.is((await ask(`${url}/droplets/source-guid/${droplet.sha1}`, { method: 'DELETE' })).status, 204);
  t.is((await ask(`${url}/v2/cloudfoundry/source-guid/manifests/${droplet.sha1}`)).status, 404);
  t.deepEqual(await keysBelow(source.facade.own, ''), held, 'the source is untouched');
});

test('a guid named like what every object has is a guid like any other', async (t) => {
  const { url, operator } = await startFacade(t);
  await operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1.0');
  for (const guid of ['constructor', 'hasownproperty', 'valueof', '__proto__'.replaceAll('_', '')]) {
    const droplet = await tinyDroplet(t, guid);
    await putDroplet(operator, guid, droplet);
    t.is((await ask(`${url}/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}`)).status, 200, guid);
  }
});
