import type { ServerResponse } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../../src/errors.ts';
import { Lookout } from '../../../src/rollout/drive/lookout.ts';
import { atEnd } from '../../helpers/owner.ts';
import { line, object, page, send, standIn, type StandIn } from '../kubernetes/stand-in.ts';

const spec = { rootfs: { version: '2' }, registries: ['registry.example.org'] };

/** A cluster of two Stacks whose watches end with the test. */
async function cluster(t: ExecutionContext): Promise<StandIn> {
  const stacks = ['windows', 'cflinuxfs4'].map((name) => {
    const { metadata } = object(name, 7) as { metadata: object };
    return { metadata: { ...metadata, generation: 1 }, spec };
  });
  return standIn(t, ({ query }, response) => {
    if (query.get('watch') === null) send(response, 200, page(stacks, 7));
    else response.writeHead(200).flushHeaders();
  });
}

function lookout(t: ExecutionContext, ...given: ConstructorParameters<typeof Lookout>): Lookout {
  const made = new Lookout(...given);
  atEnd(t, () => made.close());
  return made;
}

const watches = ({ asked }: StandIn): number =>
  asked.filter(({ query }) => query.get('watch') !== null).length;

test('many who look cost the cluster one list and one watch', async (t) => {
  const found = await cluster(t);
  let opened = 0;
  const one = lookout(t, () => {
    opened++;
    return Promise.resolve(found.api);
  });
  t.is(found.asked.length, 0, 'nobody has looked');
  const sights = await Promise.all(Array.from({ length: 20 }, () => one.look()));
  for (const { stacks, away } of sights) {
    t.deepEqual(
      stacks.map(({ metadata }) => metadata.name),
      ['cflinuxfs4', 'windows'],
    );
    t.is(away, undefined);
  }
  while (watches(found) === 0) await delay(10);
  for (let i = 0; i < 20; i++) await one.look();
  t.is(found.asked.length, 2);
  t.is(opened, 1);
});

test('where nobody looks any more the watch ends, and the next look begins another', async (t) => {
  const closed = Promise.withResolvers<void>();
  const found = await standIn(t, ({ query }, response) => {
    if (query.get('watch') === null) send(response, 200, page([], 7));
    else {
      response.writeHead(200).flushHeaders();
      response.once('close', () => closed.resolve());
    }
  });
  const one = lookout(t, () => Promise.resolve(found.api), { lingersMs: 50 });
  // One that ends before it has begun is none.
  for (; watches(found) === 0; await delay(10)) await one.look();
  await closed.promise;
  const before = found.asked.length;
  await one.look();
  t.true(found.asked.length > before);
});

test('who follows hears of changes, and keeps the watch', async (t) => {
  const open = new Set<ServerResponse>();
  const found = await standIn(t, ({ query }, response) => {
    if (query.get('watch') === null) return send(response, 200, page([], 7));
    open.add(response);
    response.once('close', () => open.delete(response));
    response.writeHead(200).flushHeaders();
  });
  const one = lookout(t, () => Promise.resolve(found.api), { lingersMs: 50 });
  const told: number[] = [];
  const end = one.follow(() => told.push(open.size));
  while (open.size === 0) await delay(10);
  // Longer than it lingers.
  await delay(200);
  t.is(open.size, 1);
  const before = told.length;
  const { metadata } = object('cflinuxfs4', 8) as { metadata: object };
  for (const response of open)
    response.write(line('ADDED', { metadata: { ...metadata, generation: 1 }, spec }));
  while (told.length === before) await delay(10);
  t.is((await one.look()).stacks.length, 1);
  end();
  while (open.size > 0) await delay(10);
  t.is(watches(found), 1);
});

test('what is wrong is told, and tried again', async (t) => {
  const found = await cluster(t);
  const opens = [
    () => Promise.reject(new Failure('unavailable', 'no kubeconfig')),
    () => Promise.resolve(found.api),
  ];
  const one = lookout(t, () => opens.shift()?.() ?? Promise.resolve(found.api));
  t.deepEqual(await one.look(), { stacks: [], away: 'no kubeconfig' });
  t.is((await one.look()).stacks.length, 2);
});

test('a cluster that does not answer holds nobody up', async (t) => {
  const silent = await standIn(t, () => undefined);
  const one = lookout(t, () => Promise.resolve(silent.api), { patienceMs: 50 });
  t.regex((await one.look()).away ?? '', /has not answered yet/);
  await one.close();
  t.regex((await one.look()).away ?? '', /stopping/);
});

test('a cluster without the definition is told what to do', async (t) => {
  const bare = await standIn(t, (_, response) => send(response, 404, { message: 'no such resource' }));
  const one = lookout(t, () => Promise.resolve(bare.api));
  t.regex((await one.look()).away ?? '', /knows no Stack resources: apply deploy\/patcher/);
});

test('while somebody follows, an access that fails is tried again', async (t) => {
  const found = await cluster(t);
  let opened = 0;
  const open = () =>
    ++opened < 3 ? Promise.reject(new Failure('unavailable', 'no kubeconfig')) : Promise.resolve(found.api);
  const one = lookout(t, open, { pauseMs: 20 });
  const told = Promise.withResolvers<void>();
  one.follow(() => told.resolve());
  await told.promise;
  t.is(opened, 3);
  t.is((await one.look()).stacks.length, 2);
});

test('who follows is told that the cluster is back, though nothing has changed', async (t) => {
  const open = new Set<ServerResponse>();
  let isDown = false;
  const found = await standIn(t, ({ query }, response) => {
    if (isDown) return send(response, 403, { message: 'not for you' });
    if (query.get('watch') === null) return send(response, 200, page([], 7));
    open.add(response);
    response.once('close', () => open.delete(response));
    response.writeHead(200).flushHeaders();
  });
  const one = lookout(t, () => Promise.resolve(found.api));
  const heard: (string | undefined)[] = [];
  one.follow(() => void one.look().then(({ away }) => heard.push(away)));
  while (open.size === 0) await delay(10);
  isDown = true;
  for (const response of open) response.destroy();
  while (heard.at(-1) === undefined) await delay(10);
  isDown = false;
  while (heard.at(-1) !== undefined) await delay(10);
  t.is((await one.look()).away, undefined);
});

test('a Stack that cannot be read hides no other, until it can be or goes', async (t) => {
  const watching = Promise.withResolvers<ServerResponse>();
  const { metadata } = object('cflinuxfs4', 7) as { metadata: object };
  const readable = { metadata: { ...metadata, generation: 1 }, spec };
  const strange = { ...readable, spec: { ...spec, weather: 'fine' } };
  const found = await standIn(t, ({ query }, response) => {
    if (query.get('watch') === null) return send(response, 200, page([strange], 7));
    response.writeHead(200).flushHeaders();
    watching.resolve(response);
  });
  const one = lookout(t, () => Promise.resolve(found.api));
  const { stacks, unreadable, away } = await one.look();
  t.deepEqual([stacks, away], [[], undefined]);
  t.is(unreadable?.[0]?.stack, 'cflinuxfs4');
  t.regex(unreadable?.[0]?.why ?? '', /spec: .*"weather"/);
  const watch = await watching.promise;
  watch.write(line('MODIFIED', readable));
  while ((await one.look()).stacks.length === 0) await delay(10);
  t.is((await one.look()).unreadable, undefined);
  watch.write(line('MODIFIED', strange));
  while ((await one.look()).unreadable === undefined) await delay(10);
  watch.write(line('DELETED', strange));
  while ((await one.look()).unreadable !== undefined) await delay(10);
  t.deepEqual((await one.look()).stacks, []);
});
