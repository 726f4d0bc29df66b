/**
 * Warm pulls at a steady rate, in a process of their own: gets `{ urls, authorization, seconds, perSecond }` as a message and
 * sends the milliseconds that each took, from the moment when it was due.
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

type Order = { urls: string[]; authorization: string; seconds: number; perSecond: number };

process.once('message', (order: Order) => void report(order));

async function report(order: Order): Promise<void> {
  process.send?.(await pullSteadily(order));
  process.disconnect?.();
}

async function pullSteadily({ urls, authorization, seconds, perSecond }: Order): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const begun = performance.now();
  const pulls = Array.from({ length: seconds * perSecond }, async (_, at) => {
    const due = begun + (at * 1000) / perSecond;
    await delay(Math.max(0, due - performance.now()));
    await pull(agent, urls[at % urls.length] ?? '', authorization);
    return performance.now() - due;
  });
  const times = await Promise.all(pulls);
  agent.destroy();
  return times;
}

function pull(agent: Agent, url: string, authorization: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request(url, { agent, headers: { authorization } })
    .once('error', reject)
    .once('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} was answered with ${response.statusCode}`));
      response.resume().once('end', resolve);
    })
    .end();
  return promise;
}
