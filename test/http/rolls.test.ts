/** Rolls through a facade: shown as the patcher tells them, and driven in the name of the facade's users. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test, { type ExecutionContext } from 'ava';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { operations } from '../../src/api/operations.ts';
import { listenTo } from '../helpers/event-stream.ts';
import { grantStacks } from '../helpers/kubernetes/grant-stacks.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { roll, stackWorld } from '../cli/rollout-stack.ts';
import { stack, startFacade } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';
import { receiptOf } from '../rollout/receipt/receipts.ts';
import { apiServerTools } from '../rollout/rollout-tools.ts';

const withApi = testWith(...apiServerTools);
const alice = 'alice:right';
const rolling = { phase: 'Rolling', message: '2 of 4 apps done', roll } as const;
const ordersPath = `/api/v1/stacks/${stack}/roll/orders`;

withApi('rolls are shown as they are, and driven in the name of who asks', async (t) => {
  const { cluster, write, get } = await stackWorld(t);
  await grantStacks(cluster, 'operator', ['get', 'list', 'watch', 'patch']);
  const { url, operator, order, show } = await facade(t, cluster.kubeconfig('operator'));
  t.like(await show(), { access: true, rolls: [{ stack, version: '2.0', phase: 'Idle', pending: true }] });
  const stream = await listenTo(t, url, { auth: alice });
  const { plan } = receiptOf(stack);
  const paper = Buffer.from(JSON.stringify(plan));
  await operator.rolls.write(stack, roll.id, 'plan.json', paper, { first: true });
  await write(rolling);
  await stream.next('of the roll', ({ event }) => event === 'roll');
  const { rolls } = await until(show, ({ rolls: [one] }) => one?.phase === 'Rolling');
  t.like(rolls, [{ stack, version: '2.0', phase: 'Rolling', pending: false, roll, planned: [3] }]);

  const trial = await order({ order: 'pause', dryRun: true });
  t.is(trial.status, 200);
  t.deepEqual(trial.body, {
    said: `Roll ${roll.id} pauses: what is on its way arrives, nothing more begins`,
    by: 'alice of dropstack',
    roll: roll.id,
  });
  t.false((await get()).spec.paused);
  t.is((await order({ order: 'pause' })).status, 200);
  const paused = await get();
  t.true(paused.spec.paused);
  await stream.next('of the order', ({ event, data }) => event === 'stack' && data['order'] === 'pause');
  t.is(paused.metadata.annotations?.['dropstack.dev/by'], 'alice of dropstack');
  await until(show, ({ rolls: [one] }) => one?.pending === true);

  const another = await order({ order: 'abort', roll: 'another', dryRun: true });
  t.is(another.status, 409);
  t.regex(another.message, /Roll another .* is meant, but its roll is /);
  const again = await order({ order: 'pause' });
  t.is(again.status, 409);
  t.regex(again.message, /is paused already/);
  const unknown = await order({ order: 'start', version: '3.0' });
  t.is(unknown.status, 404);
  t.regex(unknown.message, /no version 3\.0/);
  await operator.rootfs.import(stack, '3.0', await tinyRootfs(t, 'three'), {});
  t.is((await order({ order: 'start', version: '3.0' })).status, 200);
  t.like((await get()).spec.rootfs, { version: '3.0' });
  const other = await order({ order: 'abort' }, `/api/v1/stacks/nobodys/roll/orders`);
  t.is(other.status, 404);
  t.regex(other.message, /no Stack nobodys/);

  const { entries } = await operator.audit.list({ limit: 100 });
  t.like(
    entries.filter(({ action }) => action === 'roll').toReversed(),
    [
      { user: 'alice', stack, order: 'pause', roll: roll.id, outcome: 'done' },
      { user: 'alice', stack, order: 'pause', outcome: 'refused', reason: again.message },
      { user: 'alice', stack, order: 'start', version: '3.0', outcome: 'refused', reason: unknown.message },
      { user: 'alice', stack, order: 'start', version: '3.0', roll: roll.id, outcome: 'done' },
      { user: 'alice', stack: 'nobodys', order: 'abort', outcome: 'refused', reason: other.message },
    ],
    url,
  );
});

withApi('of orders at once none is lost', async (t) => {
  const { cluster, write, get } = await stackWorld(t);
  await grantStacks(cluster, 'operator', ['get', 'list', 'watch', 'patch']);
  const { order } = await facade(t, cluster.kubeconfig('operator'));
  await write(rolling);
  const answers = await Promise.all([
    order({ order: 'pause' }),
    order({ order: 'approve' }),
    order({ order: 'abort' }),
  ]);
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  const { spec, metadata } = await get();
  t.true(spec.paused);
  t.like(metadata.annotations, {
    'dropstack.dev/approve': `${roll.id}/0`,
    'dropstack.dev/abort': roll.id,
  });
});

withApi('without the rights it is said which one is missing', async (t) => {
  const { cluster, write } = await stackWorld(t);
  await write(rolling);
  const none = await facade(t, cluster.kubeconfig('patcher'));
  const seen = await none.show();
  t.like(seen, { access: true, rolls: [] });
  t.regex(seen.away ?? '', /cannot list resource "stacks".*grant it by a role/);
  await grantStacks(cluster, 'operator', ['get', 'list', 'watch']);
  const reader = await facade(t, cluster.kubeconfig('operator'));
  await until(reader.show, ({ rolls, away }) => rolls.length === 1 && away === undefined);
  const { status, code, message } = await reader.order({ order: 'pause' });
  t.is(status, 403);
  t.is(code, 'DENIED');
  t.regex(message, /cannot patch resource "stacks"/);
});

withApi('an API server that is away harms nothing else, and is found again', async (t) => {
  const { cluster, write } = await stackWorld(t);
  await grantStacks(cluster, 'operator', ['get', 'list', 'watch', 'patch']);
  const { url, order, show } = await facade(t, cluster.kubeconfig('operator'));
  await write(rolling);
  await until(show, ({ rolls: [one] }) => one?.phase === 'Rolling');
  await cluster.parts.apiServer.stop();
  const { rolls } = await until(show, ({ away }) => away !== undefined);
  t.like(rolls, [{ phase: 'Rolling', roll }], 'as it was');
  t.is((await ask(`${url}/readyz`)).status, 200);
  t.is((await ask(`${url}/api/v1/stacks`, { auth: alice })).status, 200);
  const { status, message } = await order({ order: 'pause' });
  t.is(status, 503);
  t.regex(message, /Kubernetes/);
  await cluster.parts.apiServer.start();
  await until(show, ({ away }) => away === undefined);
  t.is((await order({ order: 'pause' })).status, 200);
});

test('without access nothing is shown, and an order says what is missing', async (t) => {
  const { order, show } = await facade(t);
  t.deepEqual(await show(), { access: false, rolls: [] });
  const { status, message } = await order({ order: 'pause' });
  t.is(status, 404);
  t.regex(message, /no access to Kubernetes.*dropstack rollout.*option kubernetes/);
});

test('a kubeconfig that is of no use is told, and no fault of who asks', async (t) => {
  const { order, show } = await facade(t, join(await tempDir(t), 'nowhere'));
  const seen = await show();
  t.like(seen, { access: true, rolls: [] });
  t.regex(seen.away ?? '', /cannot make use of its access to Kubernetes: Cannot read the kubeconfig/);
  const { status, message } = await order({ order: 'pause' });
  t.is(status, 503);
  t.is(message, seen.away ?? '');
});

/** A facade whose administrator is alice, as she asks it. */
async function facade(t: ExecutionContext, kubernetes?: string) {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, `alice:${await bcrypt('right', { cost: 4 })}\n`);
  const grants = join(await tempDir(t), 'grants');
  await writeFile(grants, 'alice: { roles: [admin] }\n');
  const { url, operator } = await startFacade(t, {
    users,
    grants,
    ...(kubernetes === undefined ? {} : { kubernetes }),
  });
  return {
    url,
    operator,
    show: async () => {
      const { status, body } = await ask(`${url}/api/v1/rolls`, { auth: alice });
      if (status !== 200) throw new Error(`${status}: ${body.toString()}`);
      return z.parse(operations.showRolls.reply.schema, JSON.parse(body.toString()));
    },
    order: async (what: object, path = ordersPath) => {
      const answer = await ask(url + path, { method: 'POST', auth: alice, body: JSON.stringify(what) });
      const body = JSON.parse(answer.body.toString()) as { errors?: { code: string; message: string }[] };
      const { code = '', message = '' } = body.errors?.[0] ?? {};
      return { status: answer.status, body, code, message };
    },
  };
}

async function until<T>(look: () => Promise<T>, fits: (found: T) => boolean): Promise<T> {
  for (const end = Date.now() + 60_000; ; await delay(100)) {
    const found = await look();
    if (fits(found)) return found;
    if (Date.now() > end) throw new Error(`It stays ${JSON.stringify(found)}`);
  }
}
