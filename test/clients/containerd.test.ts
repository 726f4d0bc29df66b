import { readFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { startContainerd, type Containerd } from '../helpers/containerd.ts';
import { cuttingProxy } from '../helpers/cutting-proxy.ts';
import { provideSample } from '../helpers/sample.ts';
import { startServe } from '../helpers/serve.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';

const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

const withContainerd = testWith('containerd', 'runc', 'openssl', 'setpriv', 'root');

/** Made by the test that needs it first. */
let made: ReturnType<typeof provide> | undefined;
const provided = () => (made ??= provide());

/** A server with the sample app. */
async function provide() {
  const server = await startServe(stack);
  return { server, image: await provideSample(stack, server) };
}

withContainerd(
  'containerd pulls the sample app over HTTP; it runs, and its exit code comes back',
  async (t) => {
    const { server, image } = await provided();
    const reference = `${server.host}/${image}`;
    const containerd = await startContainerd(t);
    await t.throwsAsync(containerd.pull(reference), { message: /401 Unauthorized/ });
    const stranger = { ...server.puller, user: 'kubelet:guessed' };
    await t.throwsAsync(containerd.pull(reference, stranger), { message: /401 Unauthorized/ });
    await containerd.pull(reference, server.puller);

    await answersAndEnds(t, containerd, reference, ['/lifecycle/launch']);
    const other = containerd.run(reference, { env: { START_COMMAND: 'echo "$0 in $PWD"; exit 9' } });
    t.is(await other.ended, 9);
    t.is(other.log(), '/bin/bash in /home/vcap/app\n');
  },
);

withContainerd("containerd pulls over TLS, and the app runs under Eirini's command", async (t) => {
  const { server, image } = await provided();
  const tls = await certificates(t);
  const secure = await startServe(t, { tls, data: server.data });
  const reference = `${secure.host}/${image}`;
  const containerd = await startContainerd(t);
  const stranger = { ...secure.puller, ca: (await certificates(t)).ca };
  await t.throwsAsync(containerd.pull(reference, stranger), { message: /certificate/ });
  await containerd.pull(reference, secure.puller);

  await answersAndEnds(t, containerd, reference, ['dumb-init', '--', '/lifecycle/launch']);
});

withContainerd('containerd takes up a pull that was cut in the middle of a layer', async (t) => {
  const { server, image } = await provided();
  const enough = 20e6;
  const proxy = await cuttingProxy(t, server.host, enough);
  const reference = `${proxy.host}/${image}`;
  const containerd = await startContainerd(t);
  const before = (await server.requests()).length;
  await containerd.pull(reference, server.puller);

  t.true(proxy.hasCut());
  const blobs = (await server.requests()).slice(before).filter(({ path }) => path.includes('/blobs/'));
  const [cut, ...othersCut] = blobs.filter((request) => request.cut === true);
  t.deepEqual(othersCut, []);
  t.like(cut, { status: 200, range: undefined });
  const again = blobs.filter(({ path }) => path === cut?.path).at(1);
  t.is(again?.status, 206);
  const [, resumedAt] = /^bytes=(\d+)-$/.exec(again?.range ?? '') ?? [];
  t.true(Number(resumedAt) > enough / 2, `it resumed at ${resumedAt ?? ''}`);

  await answersAndEnds(t, containerd, reference, ['/lifecycle/launch']);
});

/** Runs the sample app: it answers, all of it runs as 2000, SIGTERM reaches it, and it ends with 0. */
async function answersAndEnds(
  t: ExecutionContext,
  containerd: Containerd,
  reference: string,
  command: string[],
): Promise<void> {
  const env = { PORT: '0', VCAP_APP_HOST: '127.0.0.1' };
  // Kubernetes gives a container the whole command; without one, it is the image's.
  const app = containerd.run(reference, command.length > 1 ? { env, args: command } : { env });
  const [, port] = await app.logged(/Listening on port (\d+)/);
  const answer = await fetch(`http://127.0.0.1:${port ?? ''}/`);
  t.regex(await answer.text(), /^Hello from a nodejs droplet with node v26/);

  const info = JSON.parse((await containerd.ctr('container', 'info', app.id)).stdout) as Info;
  t.deepEqual(info.Spec.process.args, command);
  const processes = [...(await containerd.ctr('task', 'ps', app.id)).stdout.matchAll(/^(\d+)/gm)];
  t.true(processes.length >= 2);
  for (const [pid] of processes)
    t.regex(await readFile(`/proc/${pid}/status`, 'utf8'), /^Uid:\s2000\s2000\s2000\s2000\nGid:\s2000\s/m);

  await app.kill('SIGTERM');
  t.is(await app.ended, 0);
  t.regex(app.log(), /Got SIGTERM/);
}

type Info = { Spec: { process: { args: string[] } } };
