import test, { type ExecutionContext } from 'ava';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operator } from '../../../src/operator/operator.ts';
import type { StatusReport } from '../../../src/rollout/drive/status-report.ts';
import { StackRolls } from '../../../src/rollout/drive/stack-rolls.ts';
import { rolling as status } from '../../cli/rollout-stack.ts';
import { atEnd } from '../../helpers/owner.ts';
import { object, page, send, standIn } from '../kubernetes/stand-in.ts';

const spec = { rootfs: { version: '2.0' }, registries: ['registry.test'] };
const never = (): Promise<never> => new Promise(() => undefined);
const silentStore = { read: never, write: never, list: never, papers: never } as unknown as Operator['rolls'];
const noRootfs = { rootfs: { versions: never } } as unknown as Pick<Operator, 'rootfs'>;

function stackOf(more: object) {
  const { metadata } = object('cflinuxfs4', 7) as { metadata: object };
  return { metadata: { ...metadata, generation: 1 }, spec, status: { ...status, ...more } };
}

/** The rolls of a cluster of one Stack. @param silent to what it says nothing */
async function rollsOf(t: ExecutionContext, stack: object, silent: string[] = []) {
  const { api } = await standIn(t, ({ method, query, path }, response) => {
    if (silent.includes(method)) return;
    if (query.get('watch') !== null) response.writeHead(200).flushHeaders();
    else send(response, 200, path.endsWith('/stacks') ? page([stack], 7) : stack);
  });
  const rolls = new StackRolls(
    () => Promise.resolve(api),
    { rolls: silentStore },
    { patienceMs: silent.length > 0 ? 300 : 60_000, planPatienceMs: 50 },
  );
  atEnd(t, () => rolls.close());
  return rolls.driverFor('alice', noRootfs);
}

test('an API server that takes an order and says nothing holds nobody up', async (t) => {
  const driver = await rollsOf(t, stackOf({}), ['PATCH']);
  await t.throwsAsync(driver.tell('cflinuxfs4', { order: 'pause' }, { isTrial: false }), {
    code: 'unavailable',
    message: /Kubernetes does not answer in time: the order may have been taken/,
  });
  await t.throwsAsync(driver.tell('cflinuxfs4', { order: 'pause' }, { isTrial: true }), {
    code: 'unavailable',
    message: /in time: try again/,
  });
  const deaf = await rollsOf(t, stackOf({}), ['GET']);
  await t.throwsAsync(deaf.tell('cflinuxfs4', { order: 'pause' }, { isTrial: false }), {
    code: 'unavailable',
  });
});

test('rolls are shown though the store does not say what was planned', async (t) => {
  const driver = await rollsOf(t, stackOf({}));
  let rolls: StatusReport[] = [];
  while (rolls.length === 0) ({ rolls } = await driver.look());
  t.like(rolls, [{ stack: 'cflinuxfs4', phase: 'Rolling', planned: undefined }]);
});

test('a Stack of another release is told, and refuses orders for good', async (t) => {
  const driver = await rollsOf(t, stackOf({ weather: 'fine' }));
  while ((await driver.look()).unreadable === undefined) await delay(20);
  const { rolls, unreadable, away } = await driver.look();
  t.deepEqual(rolls, []);
  t.is(away, undefined);
  t.is(unreadable?.[0]?.stack, 'cflinuxfs4');
  t.regex(
    unreadable?.[0]?.why ?? '',
    /by this release of dropstack, use that of the patcher: status: .*"weather"/,
  );
  await t.throwsAsync(driver.tell('cflinuxfs4', { order: 'pause' }, { isTrial: false }), {
    code: 'conflict',
    message: /by this release of dropstack/,
  });
});
