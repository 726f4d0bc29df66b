import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { recordAnswers, type Answer } from '../../../bench/contest/answers.ts';
import { check } from '../../../bench/contest/check.ts';
import { copyImages } from '../../../bench/contest/copy-images.ts';
import { startDistribution } from '../../../bench/contest/distribution.ts';
import { startDropstack } from '../../../bench/contest/dropstack.ts';
import { startFloor } from '../../../bench/contest/floors.ts';
import { startNginx } from '../../../bench/contest/nginx.ts';
import type { Task } from '../../../bench/contest/task.ts';
import { warmTasks } from '../../../bench/contest/tasks.ts';
import type { Owner } from '../../helpers/owner.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';

const testField = testWith('nginx', 'docker-registry', 'skopeo');

const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let field: Awaited<ReturnType<typeof startField>>;
test.before(async () => {
  field = await startField(stack);
});

/** dropstack with a small and a larger image, and all that is asked of them. */
async function startField(owner: Owner) {
  const { contestant: dropstack, images, user } = await startDropstack(owner, [1_000, 300_000]);
  const [small, large] = images;
  if (small === undefined || large === undefined) throw new Error('dropstack has not got its images');
  const tasks = warmTasks(small, large, user).map(({ task }) => task);
  const paths = tasks.map(({ path }) => path);
  return { dropstack, images, user, tasks, answers: await recordAnswers(owner, dropstack.open.host, paths) };
}

testField('the floors answer as dropstack does, byte for byte and header for header', async (t) => {
  const { dropstack, answers } = field;
  t.is(answers.length, 4);
  for (const name of ['bare node:http', 'bare koa'] as const) {
    const floor = await startFloor(t, name, answers);
    for (const { path } of answers)
      for (const method of ['GET', 'HEAD'])
        t.deepEqual(
          await ask(floor.open.host, method, path),
          await ask(dropstack.open.host, method, path),
          `${name}, ${method} ${path}`,
        );
    const { status } = await ask(floor.open.host, 'GET', '/v2/cloudfoundry/an-app/manifests/none');
    t.is(status, 404);
  }
});

testField('all contestants pass the check of all tasks', async (t) => {
  const { dropstack, images, user, tasks, answers } = field;
  const registry = await startDistribution(t, 'docker-registry', await tempDir(t), user);
  await copyImages(dropstack.open.host, registry.open.host, images);
  const floor = await startFloor(t, 'bare koa', answers);
  for (const contestant of [dropstack, registry, floor, await startNginx(t, answers, user)])
    for (const task of tasks) await t.notThrowsAsync(check(contestant, task));
});

testField('what is not right does not pass the check', async (t) => {
  const { dropstack, tasks } = field;
  const find = (name: string): Task => {
    const task = tasks.find((one) => one.name === name);
    if (task === undefined) throw new Error(`There is no ${name}`);
    return task;
  };
  const [open, guarded] = [find('GET manifest by tag'), find('GET manifest by tag, Basic')];
  const other = `sha256:${'0'.repeat(64)}`;
  await t.throwsAsync(check(dropstack, { ...open, digest: other }), { message: /other bytes than/ });
  await t.throwsAsync(check(dropstack, { ...open, size: 1 }), { message: /Content-Length \d+, not 1/ });
  await t.throwsAsync(check(dropstack, { ...open, path: `${open.path}0` }), { message: /status 404/ });
  await t.throwsAsync(check(dropstack, { ...guarded, user: 'kubelet:guess' }), { message: /status 401/ });
  const careless = { ...dropstack, guarded: { ...dropstack.open, host: alias(dropstack.open.host) } };
  await t.throwsAsync(check(careless, guarded), { message: /status 200 without credentials/ });
});

/** The same server by another name. */
function alias(host: string): string {
  return host.replace('127.0.0.1', '127.0.0.1.');
}

type Seen = { status: number | undefined; headers: Answer['headers']; body: Buffer };

/** Over a connection that is kept. What is of one request alone, or of its moment, is left out. */
async function ask(host: string, method: string, path: string): Promise<Seen> {
  const agent = new Agent({ keepAlive: true });
  try {
    const asking = request(`http://${host}${path}`, { method, agent }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    const body = await buffer(answer);
    const raw = answer.rawHeaders;
    const headers = raw.flatMap((name, at): Answer['headers'] =>
      at % 2 === 1 ? [] : [[name, /^(date|x-request-id)$/i.test(name) ? '' : (raw[at + 1] ?? '')]],
    );
    return { status: answer.statusCode, headers, body };
  } finally {
    agent.destroy();
  }
}
