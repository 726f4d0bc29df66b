import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { hash } from '../helpers/tiny.ts';
import { basic } from '../helpers/basic.ts';
import { readBody, type Piece } from './pieces.ts';

/** How a pull ended: `whole`, told clearly that it cannot be at this moment (`refused`), or in a way that may not be. */
export type Outcome = { end: 'whole' | 'refused' | 'broken'; why: string; ms: number };

/** What clients went through. */
export type Toll = {
  /** answers that broke in the middle, and were resumed by a range */
  resumes: number;
  /** requests that had no answer, and were sent to another replica */
  unanswered: number;
  /** layers that were fetched again from their first byte, because an answer that broke had brought wrong ones */
  startedOver: number;
  bytes: number;
};

type Options = {
  /** `host:port` of the replicas that run at this moment */
  hosts: () => string[];
  /** `name:password` */
  user: string;
  /** milliseconds for a whole pull */
  bound?: number;
};

type Descriptor = { digest: string; size: number };
type Manifest = { config: Descriptor; layers: Descriptor[] };

/** So often in a row a blob may break or have no answer. */
const tries = 20;
/** So often a blob may be begun. */
const rounds = 4;

/** A clear answer that it cannot be at this moment. */
class Refused extends Error {}

/**
 * Registry clients behind a load balancer, as many as ask it to pull. It sends to another replica what has no answer, resumes
 * what breaks by a range, at whichever replica, and believes nothing: neither bytes nor what a tag meant before.
 */
export class Client {
  readonly toll: Toll = { resumes: 0, unanswered: 0, startedOver: 0, bytes: 0 };
  readonly #options: Options;
  readonly #agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0 });
  /** The digest that each tag has: images are a pure function of what was put. */
  readonly #digests = new Map<string, string>();
  #turn = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param image `<repository>:<tag>` */
  async pull(image: string): Promise<Outcome> {
    const start = performance.now();
    const { bound = 60_000 } = this.#options;
    const signal = AbortSignal.timeout(bound);
    const end = (how: Outcome['end'], why: string): Outcome => ({
      end: how,
      why,
      ms: performance.now() - start,
    });
    try {
      await this.#pull(image, signal);
      return end('whole', '');
    } catch (error) {
      if (signal.aborted) return end('broken', `${image} took more than ${bound / 1000} s`);
      if (error instanceof Refused) return end('refused', error.message);
      return end('broken', `${image}: ${String(error)}`);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #pull(image: string, signal: AbortSignal): Promise<void> {
    const [repository = '', tag = ''] = image.split(':');
    const bytes = await this.#whole(`/v2/${repository}/manifests/${tag}`, undefined, signal);
    const digest = `sha256:${hash('sha256', bytes)}`;
    const before = this.#digests.get(image) ?? digest;
    if (digest !== before) throw new Error(`the tag meant ${before}, and means ${digest}`);
    this.#digests.set(image, digest);
    const { config, layers } = JSON.parse(bytes.toString()) as Manifest;
    const blobs = [config, ...layers].map((blob) =>
      this.#whole(`/v2/${repository}/blobs/${blob.digest}`, blob, signal),
    );
    const broken = (await Promise.allSettled(blobs))
      .filter((one) => one.status === 'rejected')
      .map((one) => one.reason as unknown);
    const worst = broken.find((reason) => !(reason instanceof Refused)) ?? broken[0];
    if (worst !== undefined) throw worst;
  }

  /** All bytes at a path, which have the digest that was announced; by the answer itself where `wanted` is undefined. */
  async #whole(path: string, wanted: Descriptor | undefined, signal: AbortSignal): Promise<Buffer> {
    const suspects: { bytes: Buffer; pieces: Piece[] }[] = [];
    for (let round = 0; round < rounds; round++) {
      const { bytes, pieces, digest } = await this.#resumed(path, wanted, signal);
      if (`sha256:${hash('sha256', bytes)}` === digest) {
        for (const suspect of suspects) requireCut(path, suspect, bytes);
        return bytes;
      }
      suspects.push({ bytes, pieces });
      if (pieces.length === 1) throw new Error(`${path} ended well with wrong bytes`);
      this.toll.startedOver++;
    }
    throw new Error(`${path} had wrong bytes ${rounds} times`);
  }

  async #resumed(
    path: string,
    wanted: Descriptor | undefined,
    signal: AbortSignal,
  ): Promise<{ bytes: Buffer; pieces: Piece[]; digest: string }> {
    let { size, digest } = wanted ?? { size: -1, digest: '' };
    let bytes = Buffer.alloc(Math.max(size, 0));
    const pieces: Piece[] = [];
    for (let at = 0, vain = 0; vain < tries;) {
      const answer = await this.#ask(path, at, signal);
      if (answer === undefined) {
        vain++;
        this.toll.unanswered++;
        await delay(100 * Math.min(vain, 10), undefined, { signal });
        continue;
      }
      const length = Number(answer.headers['content-length']);
      if (wanted === undefined && at === 0) {
        [size, digest] = [length, String(answer.headers['docker-content-digest'])];
        bytes = Buffer.alloc(size);
      }
      if (at + length !== size)
        throw new Error(`${path} from ${at} on has ${length} bytes, of ${size} in all`);
      const piece = await readBody(answer.body, bytes, at);
      this.toll.bytes += piece.end - piece.start;
      pieces.push(piece);
      if (piece.whole && piece.end !== size)
        throw new Error(`${path} ended well after ${piece.end} of ${size} bytes`);
      if (piece.whole) return { bytes, pieces, digest };
      signal.throwIfAborted();
      vain = piece.end > at ? 0 : vain + 1;
      // A manifest is small, and has no ranges.
      at = wanted === undefined ? 0 : piece.end;
      this.toll.resumes++;
      await delay(100 * vain, undefined, { signal });
    }
    throw new Error(`${path} broke ${tries} times in a row`);
  }

  /** The head of an answer that brings bytes; undefined where there was none. */
  async #ask(path: string, at: number, signal: AbortSignal): Promise<Dispatcher.ResponseData | undefined> {
    const hosts = this.#options.hosts();
    const host = hosts[this.#turn++ % hosts.length];
    if (host === undefined) return undefined;
    const headers = {
      authorization: basic(this.#options.user),
      ...(at > 0 ? { range: `bytes=${at}-` } : {}),
    };
    const answer = await request(`http://${host}${path}`, { headers, dispatcher: this.#agent, signal }).catch(
      () => undefined,
    );
    signal.throwIfAborted();
    if (answer === undefined || answer.statusCode === (at > 0 ? 206 : 200)) return answer;
    const text = await answer.body.text().catch(() => undefined);
    if (text === undefined) return undefined;
    throw refusal(`${path} from ${at} on: ${answer.statusCode} ${text}`, answer.statusCode, text);
  }
}

/** 429 and 5xx with the envelope are clear; whatever else says something that is not so. */
function refusal(what: string, status: number, text: string): Error {
  if (status !== 429 && status < 500) return new Error(what);
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    const [first] = errors ?? [];
    if (first?.code !== undefined && first.message !== undefined)
      return new Refused(`${status} ${first.code}`);
  } catch {
    // It is no JSON.
  }
  return new Error(`no envelope: ${what}`);
}

/** Only an answer that broke may have brought wrong bytes. */
function requireCut(path: string, suspect: { bytes: Buffer; pieces: Piece[] }, right: Buffer): void {
  for (const { start, end, whole } of suspect.pieces) {
    if (whole && !suspect.bytes.subarray(start, end).equals(right.subarray(start, end)))
      throw new Error(`${path} ended well with wrong bytes between ${start} and ${end}`);
  }
}
