import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { basic } from '../helpers/basic.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';

export type Facade = {
  /** `host:port` */
  host: string;
  /** PEM file of the authority that signed its certificate; without it, it speaks plain HTTP */
  ca?: string;
};

type Tally = { pulls: number; failures: string[] };

/** Pulls the droplet `little` again and again, each time over a connection of its own, as `user`, `name:password`. */
export function startPulling(
  owner: Owner,
  facade: Facade,
  user: string,
  tag: string,
): { stop: () => Promise<Tally> } {
  const tally: Tally = { pulls: 0, failures: [] };
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    for (; !stopping.signal.aborted; await delay(50)) {
      await pull(facade, user, tag).then(
        () => tally.pulls++,
        (error: unknown) => tally.failures.push(String(error)),
      );
    }
  };
  const ended = loop();
  const stop = async (): Promise<Tally> => {
    stopping.abort();
    await ended;
    return tally;
  };
  atEnd(owner, async () => void (await stop()));
  return { stop };
}

/** @returns the status that a user, `name:password`, gets */
export async function askFacade(facade: Facade, path: string, user: string): Promise<number> {
  return withClient(facade, user, async (get) => (await get(path)).status);
}

async function pull(facade: Facade, user: string, tag: string): Promise<void> {
  await withClient(facade, user, async (get) => {
    const found = await wanted(get, `/v2/cloudfoundry/little/manifests/${tag}`);
    const { config, layers } = JSON.parse(found.toString()) as { config: Descriptor; layers: Descriptor[] };
    for (const { digest } of [config, ...layers]) {
      const blob = await wanted(get, `/v2/cloudfoundry/little/blobs/${digest}`);
      const got = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
      if (got !== digest) throw new Error(`${digest} has the bytes of ${got}`);
    }
  });
}

type Descriptor = { digest: string };
type Get = (path: string) => Promise<{ status: number; body: Buffer }>;

async function wanted(get: Get, path: string): Promise<Buffer> {
  const { status, body } = await get(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${body.toString()}`);
  return body;
}

async function withClient<T>({ host, ca }: Facade, user: string, work: (get: Get) => Promise<T>): Promise<T> {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca: readFileSync(ca) } });
  const origin = `${ca === undefined ? 'http' : 'https'}://${host}`;
  const headers = { authorization: basic(user) };
  try {
    return await work(async (path) => {
      const { statusCode: status, body } = await request(origin + path, { dispatcher, headers });
      return { status, body: Buffer.from(await body.arrayBuffer()) };
    });
  } finally {
    await dispatcher.close();
  }
}
