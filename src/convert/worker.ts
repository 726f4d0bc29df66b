/**
 * The child process that converts. It lives apart from the HTTP process so that neither its memory, nor its threads, nor a
 * droplet that brings it down can be felt by a pull.
 */
import { flushCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import { DropletRefused } from '../droplet/refusal.ts';
import { uploadsPrefix } from '../droplet/source-key.ts';
import { isFailure } from '../errors.ts';
import { newStoreCounters, takeCounters } from '../store/counters.ts';
import { layeredReader } from '../store/layered.ts';
import { meteredReader, meteredStore } from '../store/metered.ts';
import { openReadable, openStore } from '../store/open.ts';
import { prefixedReader } from '../store/prefixed.ts';
import { convertDroplet, type Stores } from './convert.ts';
import { converterStores, type Answer, type ConverterStores, type Job, type Reply } from './job.ts';

const [locations = '', maxMemory = ''] = process.argv.slice(2);
const moved = { own: newStoreCounters(), sources: newStoreCounters() };
const stores = openStores(converterStores.parse(JSON.parse(locations)));
// A child that has no stores answers its job with the reason, and the next child tries again.
let hasStores = true;
stores.catch(() => {
  hasStores = false;
});

flushCompileCache();
setPriority(constants.priority.PRIORITY_LOW);
setInterval(requireModesty, 250, Number(maxMemory)).unref();
// Not `process.exit`, which can wait for ever for threads that compile (nodejs/node#54918): nobody would end it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (job: Job) => {
  // What a former job left counts as well.
  requireModesty(Number(maxMemory));
  void reply(job).then((message) => process.send?.(message, () => hasStores || process.exit()));
});

async function openStores({ own, source }: ConverterStores): Promise<Stores> {
  const store = meteredStore(await openStore(own), moved.own);
  const uploads = prefixedReader(store, uploadsPrefix);
  const sources = layeredReader(source === undefined ? [uploads] : [uploads, await openReadable(source)]);
  return { own: store, sources: meteredReader(sources, moved.sources) };
}

async function reply(job: Job): Promise<Reply> {
  const ended = await answer(job);
  return { answer: ended, moved: { own: takeCounters(moved.own), sources: takeCounters(moved.sources) } };
}

async function answer(job: Job): Promise<Answer> {
  try {
    return await convertDroplet(await stores, job);
  } catch (error) {
    if (error instanceof DropletRefused) return { refusal: error.refusal };
    if (isFailure(error)) {
      const { code, message, reason, expected, found } = error;
      return { failure: { code, message, reason, expected, found } };
    }
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Buffers lie outside the heap, whose own bound does not hold them. */
function requireModesty(maxBytes: number): void {
  if (process.memoryUsage.rss() > maxBytes) process.exit(137);
}
