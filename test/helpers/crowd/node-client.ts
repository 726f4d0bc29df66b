import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** How a client came to its manifest: when it asked and had it, on the steady clock, and how often it was put off. */
export type Pull = { asked: number; answered: number; attempts: number; backoffs: number };

/** containerd asks again at once where it is told 429, five times in all; then the kubelet waits, longer each time. */
const attemptsInARow = 5;

/** Asks for a manifest as containerd and the kubelet do, until it is there. Every client has a connection of its own. */
export async function pullManifest(
  url: string,
  authorization: string,
  firstBackoffMs: number,
): Promise<Pull> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const asked = performance.now();
  try {
    for (let attempts = 1, backoffs = 0; ; attempts++) {
      const head = await ask(agent, 'HEAD', url, authorization);
      const status = head === 200 ? await ask(agent, 'GET', url, authorization) : head;
      if (status === 200) return { asked, answered: performance.now(), attempts, backoffs };
      if (status !== 429) throw new Error(`${url} was answered with ${status}`);
      if (attempts % attemptsInARow === 0) await delay(firstBackoffMs * 2 ** backoffs++);
    }
  } finally {
    agent.destroy();
  }
}

/** @returns the status */
function ask(agent: Agent, method: string, url: string, authorization: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request(url, { method, agent, headers: { authorization } })
    .once('error', reject)
    .once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    })
    .end();
  return promise;
}
