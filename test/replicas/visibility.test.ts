/** What is changed through one replica is seen by all within a second, while they are busy. */
import { setTimeout as delay } from 'node:timers/promises';
import { basic } from '../helpers/basic.ts';
import type { Served } from '../helpers/serve.ts';
import { testWith } from '../helpers/test-with.ts';
import { ask } from '../protocol/request.ts';
import { startFleet, stack } from './fleet.ts';
import { request } from './image.ts';
import { importRootfs, putDroplet } from './provide.ts';
import { startPullers } from './pullers.ts';

const withStore = testWith('versitygw', 'setpriv', 'tar');

const guid = 'is-changed';

withStore(
  'every replica sees a promotion, a placement, a retirement and a deletion within a second',
  async (t) => {
    const fleet = await startFleet(t, 3);
    const servers = fleet.replicas.map((replica) => replica.server());
    const [first] = servers;
    if (first === undefined) throw new Error('There is one');
    for (const version of ['1.0', '2.0', '3.0']) await importRootfs(t, first, version);
    await change(first, ...promote('1.0'));
    const tag = await putDroplet(t, first, guid, 'changed');
    const steady = `cloudfoundry/steady:${await putDroplet(t, first, 'steady', 'steady')}`;
    const loads = servers.map(({ host, puller }) =>
      startPullers(t, { host, user: puller.user, count: 5, images: [steady] }),
    );
    const overVersion = async (version: string): Promise<string> =>
      answerOf(first, `${guid}/manifests/${tag}-${version}`);
    const over = { one: await overVersion('1.0'), two: await overVersion('2.0') };

    const placements = `stacks/${stack}/placements`;
    const pinned = `${tag}-3.0`;
    const steps: [what: string, reference: string, after: string, change: Change][] = [
      ['promotion', tag, over.two, promote('2.0')],
      ['promotion', tag, over.one, promote('1.0')],
      ['promotion', tag, over.two, promote('2.0')],
      ['placement', tag, over.one, ['PATCH', placements, { [guid]: '1.0' }]],
      ['placement', tag, over.two, ['PATCH', placements, { [guid]: null }]],
      ['placement', tag, over.one, ['PATCH', placements, { [guid]: '1.0' }]],
      ['retirement', pinned, '404', ['DELETE', `stacks/${stack}/rootfs/3.0`]],
      ['deletion', tag, '404', ['DELETE', `droplets/${guid}/${tag}`]],
    ];
    for (const [at, [what, reference, after, made]] of steps.entries()) {
      const server = servers[at % servers.length];
      if (server === undefined) throw new Error('There is one');
      const seen = await watch(servers, `${guid}/manifests/${reference}`, after, () =>
        change(server, ...made),
      );
      const figures = seen.map(({ lastOld, firstNew }) => `${Math.round(lastOld)}…${Math.round(firstNew)}`);
      t.log(`${what}: last seen old … first seen new, ms after the change: ${figures.join(', ')}`);
      for (const { lastOld, isLasting } of seen) {
        t.true(lastOld <= 1000, `${what}: an old answer to what was asked ${lastOld} ms later`);
        t.true(isLasting, `${what}: an old answer after a new one`);
      }
    }
    for (const load of loads) {
      const { pulls, failures } = await load.stop();
      t.true(pulls > 10);
      t.deepEqual(failures, []);
    }
  },
);

type Change = [method: string, path: string, body?: object];

function promote(version: string): Change {
  return ['PUT', `stacks/${stack}/promoted`, { version }];
}

/** Milliseconds after a change: when the last request was sent that had the old answer, and when the first new one came. */
type Seen = { lastOld: number; firstNew: number; isLasting: boolean };

/** How each server comes to give another answer once `make` has changed something. */
async function watch(
  servers: readonly Served[],
  path: string,
  after: string,
  make: () => Promise<void>,
): Promise<Seen[]> {
  type Poll = { sent: number; heard: number; isNew: boolean };
  const over = new AbortController();
  const polls = servers.map(async (server): Promise<Poll[]> => {
    const found: Poll[] = [];
    for (; !over.signal.aborted; await delay(20)) {
      const sent = performance.now();
      const isNew = (await answerOf(server, path)) === after;
      found.push({ sent, heard: performance.now(), isNew });
    }
    return found;
  });
  await delay(700);
  await make();
  const changed = performance.now();
  await delay(2_000);
  over.abort();
  return (await Promise.all(polls)).map((found) => {
    const lastOld = found.findLastIndex((poll) => !poll.isNew);
    const firstNew = found.findIndex((poll) => poll.isNew);
    return {
      lastOld: Math.max(0, (found[lastOld]?.sent ?? NaN) - changed),
      firstNew: (found[firstNew]?.heard ?? NaN) - changed,
      isLasting: firstNew === lastOld + 1,
    };
  });
}

/** The digest that a HEAD tells, else the status. */
async function answerOf(server: Served, path: string): Promise<string> {
  const { status, headers } = await request(server, `cloudfoundry/${path}`, { method: 'HEAD' });
  return status === 200 ? String(headers['docker-content-digest']) : String(status);
}

async function change(
  { host, admin }: Served,
  method: string,
  path: string,
  body: object = {},
): Promise<void> {
  const text = JSON.stringify(body);
  const headers = { authorization: basic(admin), 'Content-Length': Buffer.byteLength(text) };
  const answer = await ask(`http://${host}/api/v1/${path}`, { method, headers, body: text });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
}
