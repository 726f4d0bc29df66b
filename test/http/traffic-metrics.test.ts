/** What moved, as `/metrics` tells it, beside what is on the disks and what clients got. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { openFacade } from '../../src/facade.ts';
import { serve } from '../../src/http/serve.ts';
import { createLog } from '../../src/log.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { startVersitygw } from '../helpers/versitygw.ts';
import { stack } from '../protocol/facade.ts';

const run = testWith('tar');
const withS3 = testWith('versitygw', 'setpriv', 'tar');

const guid = 'moved-guid';
/** More than all records and manifests that a request may read. */
const records = 50_000;
/** What no record is taken for. */
const layerBytes = 3_000_000;

run('all that moves between source, store and clients is counted', async (t) => {
  const data = await tempDir(t);
  const { source, client } = await start(t, { data });
  const droplet = await tinyDroplet(t, randomBytes(layerBytes));
  await source.put(sourceKey(guid, droplet.sha1), droplet.bytes);

  const before = await objectsIn(data);
  const manifest = `/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}`;
  const cold = await client.moves(() => client.ask('GET', manifest));
  t.is(cold['source_read_bytes_total'], droplet.bytes.length);
  t.is(cold['store_written_bytes_total'], await bytesSince(before, data));
  t.is(cold['conversions_total{outcome="converted"}'], 1);
  t.is(cold['conversion_duration_seconds_count{outcome="converted"}'], 1);
  t.is(cold['conversion_wait_seconds_count'], 1);
  t.is(cold['manifest_duration_seconds_count{cache="converted"}'], 1);
  const layer = await layerOf(client, manifest);
  const blob = `/v2/cloudfoundry/${guid}/blobs/${layer.digest}`;

  for (const [headers, bytes] of [
    [{}, layer.size],
    [{}, layer.size],
    [{ Range: 'bytes=100000-299999' }, 200_000],
    [{ Range: 'bytes=0-199999,1000000-1199999' }, 400_000],
    [{ Range: `bytes=-100000` }, 100_000],
  ] as const) {
    const moved = await client.moves(() => client.ask('GET', blob, headers));
    const read = moved['store_read_bytes_total'] ?? 0;
    t.true(read >= bytes && read < bytes + records, `${read} bytes read for ${bytes}`);
    t.is(moved['source_read_bytes_total'], 0);
    t.is(moved['store_written_bytes_total'], 0);
  }
  const head = await client.moves(() => client.ask('HEAD', blob));
  t.true((head['store_read_bytes_total'] ?? 0) < records);

  const back = await client.moves(() => client.ask('GET', `/droplets/${guid}/${droplet.sha1}`));
  t.is(back['source_read_bytes_total'], droplet.bytes.length);
});

run('uploads and what becomes of them are counted', async (t) => {
  const data = await tempDir(t);
  const { client } = await start(t, { data });
  const { bytes, sha1 } = await tinyDroplet(t, randomBytes(layerBytes));
  const before = await objectsIn(data);
  const put = await client.moves(() => client.ask('PUT', `/droplets/${guid}/${sha1}?wait=true`, {}, bytes));
  t.is(put['source_read_bytes_total'], bytes.length);
  t.true((put['store_read_bytes_total'] ?? 0) >= bytes.length, 'it was put into the own store');
  t.is(put['store_written_bytes_total'], await bytesSince(before, data));
  t.is(put['conversions_total{outcome="converted"}'], 1);

  const bad = Buffer.from('no droplet at all');
  const refused = await client.moves(() =>
    client.ask('PUT', '/droplets/bad-guid?wait=true', { Digest: `sha256=${hash('sha256', bad)}` }, bad),
  );
  t.is(refused['conversions_total{outcome="refused"}'], 1);
  t.is(refused['conversions_total{outcome="converted"}'], 0);
  t.is(refused['source_read_bytes_total'], 2 * bad.length);
});

withS3('behind a cache the store gives a layer once', async (t) => {
  const gateway = await startVersitygw(t);
  const cache = { directory: join(await tempDir(t), 'cache'), maxBytes: '1GiB' };
  const { source, client } = await start(t, { store: { s3: await gateway.bucket() }, cache });
  const droplet = await tinyDroplet(t, randomBytes(layerBytes));
  await source.put(sourceKey(guid, droplet.sha1), droplet.bytes);
  const manifest = `/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}`;
  const cold = await client.moves(() => client.ask('GET', manifest));
  t.is(cold['source_read_bytes_total'], droplet.bytes.length);
  const layer = await layerOf(client, manifest);
  const written = cold['store_written_bytes_total'] ?? 0;
  t.true(written > layer.size && written < layer.size + records, `${written} bytes written`);

  const blob = `/v2/cloudfoundry/${guid}/blobs/${layer.digest}`;
  const first = await client.moves(() => client.ask('GET', blob));
  const read = first['store_read_bytes_total'] ?? 0;
  t.true(read >= layer.size && read < layer.size + records, `${read} bytes read`);
  t.is(first['cache_read_bytes_total'], layer.size);
  const second = await client.moves(() => client.ask('GET', blob));
  t.true((second['store_read_bytes_total'] ?? 0) < records);
  t.is(second['cache_read_bytes_total'], layer.size);

  await gateway.leave();
  const away = await client.moves(() =>
    client.ask('GET', `/v2/cloudfoundry/other-guid/manifests/${droplet.sha1}`),
  );
  t.true((away['store_failures_total'] ?? 0) > 0);
  t.is(second['store_failures_total'], 0);
});

/** A facade in this process over a source of its own, with a rootfs, and a client of it. */
async function start(t: ExecutionContext, input: ConfigInput) {
  const source = await tempDir(t);
  const config = loadConfig({ listen: '127.0.0.1:0', source, ...input }, {});
  const facade = await openFacade(config, () => undefined);
  const serving = await serve(config, facade, createLog('silent'));
  t.teardown(() => serving.stop({ delayMs: 0, graceMs: 100 }));
  const { rootfs } = facade.operatorFor('test');
  await rootfs.import(stack, '1', await tinyRootfs(t, 'root'), {});
  await rootfs.promote(stack, '1');
  return {
    source: await DirectoryStore.open(source),
    client: new Client(t, Number(new URL(serving.url).port)),
  };
}

type Figures = Record<string, number>;

/** Asks on a connection of its own each time, and knows each byte that came. */
class Client {
  readonly #t: ExecutionContext;
  readonly #port: number;
  #received = 0;

  constructor(t: ExecutionContext, port: number) {
    this.#t = t;
    this.#port = port;
  }

  /** @returns the body */
  async ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<Buffer> {
    const all = {
      Host: 'localhost',
      Connection: 'close',
      ...headers,
      'Content-Length': String(body?.length ?? 0),
    };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(this.#port, '127.0.0.1');
    socket.write(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`);
    if (body !== undefined) socket.write(body);
    const answer = await buffer(socket);
    this.#received += answer.length;
    return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
  }

  /** What the facade counted meanwhile, without `dropstack_`; of labelled figures also the sum. Checks what was sent. */
  async moves(work: () => Promise<unknown>): Promise<Figures> {
    const receivedBefore = this.#received;
    const before = await this.#figures();
    await work();
    const received = this.#received - receivedBefore;
    const after = await this.#figures();
    const moved = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)] as const);
    const figures: Figures = Object.fromEntries(moved);
    this.#t.is(figures['sent_bytes_total'], received);
    return figures;
  }

  async #figures(): Promise<Figures> {
    const figures: Figures = {};
    const text = String(await this.ask('GET', '/metrics'));
    for (const [, name = '', labels, value] of text.matchAll(/^dropstack_(\w+)(\{.*\})? (\S+)$/gm)) {
      figures[name] = (figures[name] ?? 0) + Number(value);
      if (labels !== undefined) figures[name + labels] = Number(value);
    }
    return figures;
  }
}

async function layerOf(client: Client, manifest: string): Promise<{ digest: string; size: number }> {
  const { layers } = JSON.parse(String(await client.ask('GET', manifest))) as {
    layers: { digest: string; size: number }[];
  };
  const last = layers.at(-1);
  if (last === undefined || last.size < layerBytes) throw new Error('The layer of the droplet is not there');
  return last;
}

/** The objects of a store in a directory: their sizes, by what changes with each write. */
async function objectsIn(data: string): Promise<Map<string, number>> {
  const store = await DirectoryStore.open(data);
  const infos = await Array.fromAsync(store.list(''));
  return new Map(infos.map(({ key, etag, size }) => [`${key} ${etag}`, size]));
}

async function bytesSince(before: Map<string, number>, data: string): Promise<number> {
  let bytes = 0;
  for (const [name, size] of await objectsIn(data)) if (!before.has(name)) bytes += size;
  return bytes;
}
