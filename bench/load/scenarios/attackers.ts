import { readFileSync } from 'node:fs';
import { request as plain, type IncomingMessage } from 'node:http';
import { request as secure } from 'node:https';
import { basic } from '../../../test/helpers/basic.ts';
import type { Registry } from '../fleet/fleet.ts';

const kinds = ['wrong passwords', 'unknown names', 'malformed references', 'slow readers'] as const;

/** How often each was answered with what: a status, the code of the network, or how slow readers fared. */
export type Attacked = Record<(typeof kinds)[number], Record<string, number>>;

/** Requests a second, each on a connection of its own. */
const perSecond = { 'wrong passwords': 5, 'unknown names': 20, 'malformed references': 20 } as const;

/** Connections that read at once, and bytes that each takes a second. */
const readers = { count: 40, bytesPerSecond: 4096 };

export type Attackers = {
  stop: () => void;
  /** When they have stopped: what they were answered. */
  ended: Promise<Attacked>;
};

type Target = Registry & { /** path of a layer */ layer: string };

/**
 * Attacks a registry until it is stopped, with rates that do not depend on how it answers. Those who ask for nonsense and those who
 * read slowly know a password.
 */
export function attack(target: Target): Attackers {
  const attacked: Attacked = {
    'wrong passwords': {},
    'unknown names': {},
    'malformed references': {},
    'slow readers': {},
  };
  const over = new AbortController();
  const { promise: ended, resolve } = Promise.withResolvers<Attacked>();
  const open = new Set<Promise<void>>();
  let asked = 0;
  const count = (kind: keyof Attacked, what: string | number): void =>
    void (attacked[kind][what] = (attacked[kind][what] ?? 0) + 1);
  const begin = (kind: keyof Attacked, path: string, user = target.user): void => {
    const question = { path, user, from: addressOf(asked++), signal: over.signal };
    const exchange = async (): Promise<void> => {
      const answer = await ask(target, question);
      count(kind, answer.statusCode ?? 0);
      await (kind === 'slow readers' ? readSlowly(answer) : readAll(answer));
    };
    const ending = exchange().catch((error: unknown) => {
      if (!over.signal.aborted) count(kind, (error as NodeJS.ErrnoException).code ?? String(error));
    });
    open.add(ending);
    void ending.then(() => open.delete(ending));
  };
  const attacks = {
    'wrong passwords': () => begin('wrong passwords', '/v2/', `${target.user.split(':')[0]}:guess ${asked}`),
    'unknown names': () => begin('unknown names', `/v2/cloudfoundry/nobody-${asked}/manifests/${hash}`),
    'malformed references': () => begin('malformed references', malformed[asked % malformed.length] ?? ''),
  };
  const timers = (['wrong passwords', 'unknown names', 'malformed references'] as const).map((kind) =>
    setInterval(attacks[kind], 1000 / perSecond[kind]),
  );
  for (let reader = 0; reader < readers.count; reader++) begin('slow readers', target.layer);
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      over.abort();
      void Promise.all(open).then(() => resolve(attacked));
    },
    ended,
  };
}

const hash = '0'.repeat(40);

const malformed = [
  '/v2/cloudfoundry/UPPER/manifests/latest',
  `/v2/cloudfoundry/..%2f..%2fetc/manifests/${hash}`,
  '/v2/cloudfoundry/some-app/blobs/sha256:short',
  `/v2/cloudfoundry/some-app/manifests/${'x'.repeat(300)}`,
  '/v2/cloudfoundry/some-app/manifests/sha256:%00',
];

/** Of their own on Linux's loopback, and not those of nodes. */
function addressOf(nth: number): string {
  return `127.2.${Math.floor(nth / 250) % 250}.${(nth % 250) + 1}`;
}

type Question = { path: string; user: string; from: string; signal: AbortSignal };

async function ask({ hosts, ca }: Target, { path, user, from, signal }: Question): Promise<IncomingMessage> {
  const [host = ''] = hosts;
  const { hostname, port } = new URL(`http://${host}`);
  const local = process.platform === 'linux' ? { localAddress: from } : {};
  const options = {
    hostname,
    port,
    path,
    agent: false,
    signal,
    headers: { authorization: basic(user) },
    ...local,
  };
  return new Promise((resolve, reject) => {
    const asking = ca === undefined ? plain(options) : secure({ ...options, ca: readFileSync(ca) });
    asking.on('response', resolve).on('error', reject).end();
  });
}

async function readAll(answer: IncomingMessage): Promise<void> {
  for await (const chunk of answer) void chunk;
}

/** Until it is over, or cut. */
async function readSlowly(answer: IncomingMessage): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reading = setInterval(
    () => answer.read(Math.min(readers.bytesPerSecond, answer.readableLength)),
    1000,
  );
  answer.on('end', resolve).on('error', reject);
  await promise.finally(() => clearInterval(reading));
}
