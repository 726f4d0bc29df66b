import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../test/helpers/run.ts';
import type { Usage } from '../peers/measured.ts';
import { freePort } from '../../test/helpers/free-port.ts';
import type { Node } from './node.ts';

/** One image on one node: what the pull cost, and the time from `run` to the app's first answer. */
export type Visit = Usage & { startMs?: number };

/**
 * Pulls an image, starts its app where it is one that answers, and removes what came, so that the next visit finds the
 * node as this one did.
 */
export async function visit(
  node: Node,
  image: { reference: string; user: string; answers: boolean },
  flags: readonly string[],
): Promise<Visit> {
  // What the last visit wrote is not this one's to wait for.
  await run('sync', []);
  try {
    const usage = await node.pull(image.reference, image.user, ...flags);
    return image.answers ? { ...usage, startMs: await startUp(node, image.reference) } : usage;
  } finally {
    await node.ctr('images', 'rm', '--sync', image.reference);
  }
}

async function startUp(node: Node, reference: string): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const [id, port] = [`bench-${process.pid}`, await freePort()];
  const begun = performance.now();
  const app = node.run(stack, reference, id, { PORT: String(port), VCAP_APP_HOST: '127.0.0.1' });
  while (!(await answers(`http://127.0.0.1:${port}/`))) {
    if (performance.now() - begun > 60_000) throw new Error(`${reference} does not answer: ${app.log()}`);
    await delay(10);
  }
  const startMs = performance.now() - begun;
  await node.ctr('tasks', 'kill', '--signal', 'SIGKILL', id);
  await app.ended;
  return startMs;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}
