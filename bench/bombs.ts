/**
 * Warm pulls, of manifests and of layers of a megabyte, while nothing else happens, while ordinary droplets are converted,
 * and while bombs are. `npm run bench -- bombs [seconds]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { basic } from '../test/helpers/basic.ts';
import { startServe, type Served } from '../test/helpers/serve.ts';
import { tempDir } from '../test/helpers/temp.ts';
import { tinyRootfs } from '../test/helpers/tiny.ts';
import { bombs } from './bombs/bombs.ts';
import { placeBytes, placeDroplets } from '../test/helpers/crowd/droplets.ts';
import { loopDelay } from '../test/helpers/crowd/loop-delay.ts';

const script = join(import.meta.dirname, 'bombs/warm-process.ts');
const perSecond = 50;
/** Cold requests that are always under way. */
const atOnce = 4;

/** Answers the name of a droplet that nobody has asked for yet; undefined without any more. */
type Next = () => Promise<string | undefined>;

export async function bombsBench(seconds: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const source = await tempDir(stack);
  const server = await startServe(stack, { config: { layer: { compression: 'zstd' }, source } });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(stack, ''), '--promote');
  const urls = await warmUrls(server, await placeDroplets(source, 1, 2));
  const ordinary = await placeDroplets(source, 200, 8);
  const hostile: Buffer[] = [];
  for (const make of Object.values(bombs)) hostile.push(await make());
  let turn = 0;
  const meanwhile: Record<string, Next> = {
    nothing: async () => undefined,
    'ordinary conversions': async () => ordinary.pop(),
    bombs: async () => placeBytes(source, hostile[turn++ % hostile.length] ?? Buffer.alloc(0)),
    'nothing again': async () => undefined,
  };

  say('| Meanwhile | p50 | p99 | worst | loop delay p99 | cold answers |\n|---|---|---|---|---|---|');
  for (const [what, next] of Object.entries(meanwhile)) {
    const over = new AbortController();
    const busy = Promise.all(Array.from({ length: atOnce }, () => keepAsking(server, next, over.signal)));
    await loopDelay(server);
    const times = (await warmPulls(server, urls, seconds)).toSorted((a, b) => a - b);
    const delay = await loopDelay(server);
    over.abort();
    const answers = Map.groupBy((await busy).flat(), (status) => status);
    const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? NaN;
    const cells = [at(0.5), at(0.99), at(1), delay].map((value) => `${value.toFixed(1)} ms`);
    const told = [...answers].map(([status, list]) => `${list.length} × ${status}`).toSorted();
    say(`| ${[what, ...cells, told.join(', ')].join(' | ')} |`);
  }
}

/** The manifest and the layers of a droplet, which is converted then. */
async function warmUrls({ host, puller }: Served, names: readonly string[]): Promise<string[]> {
  const [name = ''] = names;
  const base = `http://${host}/v2/cloudfoundry/${name.split('/')[0]}`;
  const response = await fetch(`http://${host}/v2/cloudfoundry/${name}`, {
    headers: { authorization: basic(puller.user) },
  });
  const { layers } = (await response.json()) as { layers: { digest: string }[] };
  const digest = response.headers.get('Docker-Content-Digest') ?? '';
  return [
    `http://${host}/v2/cloudfoundry/${name}`,
    `${base}/manifests/${digest}`,
    `${base}/blobs/${layers.at(-1)?.digest}`,
  ];
}

async function warmPulls({ puller }: Served, urls: readonly string[], seconds: number): Promise<number[]> {
  const child = fork(script, { execArgv: [] });
  const answered = once(child, 'message') as Promise<[number[]]>;
  child.send({ urls, authorization: basic(puller.user), seconds, perSecond });
  const [times] = await answered;
  return times;
}

/** Asks for one cold droplet after the other. @returns the statuses */
async function keepAsking({ host, puller }: Served, next: Next, signal: AbortSignal): Promise<number[]> {
  const statuses: number[] = [];
  while (!signal.aborted) {
    const name = await next();
    if (name === undefined) break;
    const url = `http://${host}/v2/cloudfoundry/${name}`;
    const response = await fetch(url, { headers: { authorization: basic(puller.user) }, signal }).catch(
      () => undefined,
    );
    await response?.arrayBuffer();
    if (response !== undefined) statuses.push(response.status);
  }
  return statuses;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
