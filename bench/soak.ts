/**
 * A facade that is used and abused for a while, and must not grow by it. `npm run bench -- soak [minutes]`
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { auditFolder } from '../src/operator/audit/keys.ts';
import { S3Store } from '../src/store/s3/store.ts';
import type { Store } from '../src/store/store.ts';
import { collectLater } from './soak/collect-later.ts';
import { judgeSeries, type Bound } from './soak/judge-series.ts';
import { mix, type Mixed } from './soak/mix.ts';
import { clientsOf, vitalsOf, type Vitals } from './soak/vitals.ts';
import { cacheBytes, conversions, startWorld, type World } from './soak/world.ts';

const mebibyte = 1024 * 1024;

/** What is allowed, of all processes together, whether a minute or an hour has passed. */
const bounds: Record<keyof Vitals, Bound> = {
  // The heap takes minutes to become as large as it will be.
  memory: { most: 768 * mebibyte, growth: 256 * mebibyte },
  // Caches fill: each new app is some 6 kB, until they have what they may have.
  live: { most: 256 * mebibyte, growth: 48 * mebibyte },
  processes: { most: 1 + conversions, growth: 0.5 },
  // Clients keep theirs for a while: 19 more were seen in a minute in which nothing leaked.
  sockets: { most: 200, growth: 60 },
  files: { most: 200, growth: 10 },
  cache: { most: cacheBytes, growth: cacheBytes },
};

/** Bytes that the own store may have more of than before, when all that came has gone: of what tells what has gone. The audit log stays. */
const leftOver = mebibyte / 4;

/** Kept by us, to the admin API. */
const ownConnections = 16;

/** Deeds a minute: fewer prove nothing. */
const enough = 200;

/** @returns whether all stayed within its bounds */
export async function soakBench(minutes = 60): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const world = await startWorld(stack);
  const own = new S3Store(world.bucket);
  const before = { vitals: await vitalsOf(world), bytes: await bytesOf(own) };
  const { mixed, looks } = await watched(world, minutes * 60_000);
  const problems = [...problemsOf(mixed, minutes), ...judged(looks)];
  for (const { name, hash } of mixed.live) await world.operator.droplets.remove(name, hash);
  problems.push(...(await atRest(world, before.vitals)));
  world.server.kill('SIGINT');
  await world.server.ended;
  await collectLater(own);
  const more = (await bytesOf(own)) - before.bytes;
  say(`own store: ${more} bytes more than before when all was deleted and collected`);
  if (more > leftOver)
    problems.push(`own store: ${more} bytes more than before, and ${leftOver} are allowed`);
  say(problems.length === 0 ? '\nNothing has grown.' : `\n${problems.join('\n')}`);
  return problems.length === 0;
}

type Look = { seconds: number; vitals: Vitals };

/** Looks every other second: at each look the server collects garbage. */
async function watched(world: World, milliseconds: number): Promise<{ mixed: Mixed; looks: Look[] }> {
  const looks: Look[] = [];
  const over = new AbortController();
  const start = performance.now();
  const watching = (async () => {
    for (; !over.signal.aborted; await delay(2000, undefined, { signal: over.signal }).catch(() => {})) {
      const vitals = await vitalsOf(world);
      looks.push({ seconds: (performance.now() - start) / 1000, vitals });
    }
  })();
  try {
    return { mixed: await mix(world, milliseconds), looks };
  } finally {
    over.abort();
    await watching;
  }
}

function problemsOf({ done, failures }: Mixed, minutes: number): string[] {
  const all = Object.values(done).reduce((sum, count) => sum + count, 0);
  say(`${all} deeds: ${JSON.stringify(done)}`);
  return [
    ...failures.slice(0, 10),
    ...(failures.length > 10 ? [`and ${failures.length - 10} more failed`] : []),
    ...(all < enough * minutes ? [`only ${all} deeds were done, and ${enough} a minute are wanted`] : []),
  ];
}

function judged(looks: readonly Look[]): string[] {
  say('\n| What | at the most | allowed | grown by | allowed |\n|---|---|---|---|---|');
  return (Object.keys(bounds) as (keyof Vitals)[]).flatMap((name) => {
    const points = looks.map(({ seconds, vitals }) => ({ seconds, value: vitals[name] }));
    const { most, growth, problems } = judgeSeries(name, points, bounds[name]);
    say(`| ${[name, most, bounds[name].most, growth.toFixed(1), bounds[name].growth].join(' | ')} |`);
    return problems;
  });
}

/**
 * What is still there when nothing happens any more: converting processes end by themselves, and so do connections. Those to the
 * store are kept, as long as it keeps them.
 */
async function atRest(world: World, before: Vitals): Promise<string[]> {
  for (const until = Date.now() + 90_000; ; await delay(500)) {
    const { processes, files } = await vitalsOf(world);
    const clients = await clientsOf(world.server.host);
    const left = (await Promise.all(world.temporary.map((folder) => readdir(folder)))).flat();
    const uploads = await world.openUploads();
    const problems = [
      ...(processes > 1 ? [`${processes} processes run at rest`] : []),
      ...(files > before.files + 2
        ? [`${files} files are open at rest, and ${before.files} were before`]
        : []),
      ...(clients > ownConnections ? [`${clients} connections of clients are open at rest`] : []),
      ...(left.length > 0 ? [`${left.length} temporary files are left: ${left.slice(0, 3).join(', ')}`] : []),
      ...(uploads > 0 ? [`${uploads} uploads in parts are open`] : []),
    ];
    if (problems.length === 0 || Date.now() > until) return problems;
  }
}

async function bytesOf(store: Store): Promise<number> {
  let sum = 0;
  for await (const { key, size } of store.list('')) if (!key.startsWith(auditFolder)) sum += size;
  return sum;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
