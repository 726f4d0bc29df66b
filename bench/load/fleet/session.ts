import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Door } from './door.ts';
import { exchange, type Exchange } from './exchange.ts';
import { NetworkError } from './network-error.ts';
import type { Kind } from './observed.ts';
import { PullFailure } from './pull-failure.ts';
import type { Recording } from './recording.ts';
import type { Transport } from './transport.ts';

export type Ask = { method: 'HEAD' | 'GET'; path: string; kind: Kind; headers: OutgoingHttpHeaders };

/** An answer, taken down when its body is read or dropped. */
export type Answer = Pick<Exchange, 'status' | 'headers' | 'read' | 'drop'>;

export interface Session {
  /**
   * Asks until containerd would not repeat it, and answers what it then would look at.
   * @throws NetworkError, or PullFailure where the transport was cancelled
   */
  ask(what: Ask): Promise<Answer>;
}

/** In all, with those that were challenged, and however each of them failed. */
const attemptsInAll = 5;

/** The requests of one resolver or fetcher of containerd: each learns only by being challenged that it needs credentials. */
export function openSession(door: Door, transport: Transport, recording: Recording): Session {
  let authorization: string | undefined;

  const once = async (what: Ask): Promise<Answer> => {
    if (transport.isCancelled()) throw new PullFailure('cancelled');
    const { method, path, kind } = what;
    const hadCredentials = authorization !== undefined;
    const headers = { host: door.host, 'user-agent': userAgent, ...ofGo[method], ...what.headers };
    const begunMs = performance.now();
    try {
      const sent = hadCredentials ? { ...headers, authorization } : headers;
      const answer = await exchange({ agent: transport.agent, method, path, headers: sent });
      if (answer.status !== 401 || hadCredentials) return recorded(answer, kind, recording);
      recording.count('challenges');
      return answer;
    } catch (error) {
      const code = error instanceof NetworkError ? error.code : 'unknown';
      const endMs = performance.now();
      recording.request({ kind, begunMs, firstByteMs: undefined, endMs, bytes: 0, error: code });
      throw error;
    }
  };

  return {
    ask: async (first) => {
      let [what, previous] = [first, 0];
      for (let left = attemptsInAll - 1; ; left--) {
        const answer = await once(what).catch(async (error: unknown) => {
          if (left === 0 || !(error instanceof NetworkError) || !error.isTransient) throw error;
          recording.count('retries');
          await delay(pauseMs);
        });
        if (answer === undefined) continue;
        const { status, headers } = answer;
        if (left === 0 || !isRepeated(status, previous, headers['www-authenticate'])) return answer;
        await answer.drop();
        if (status === 401) ({ authorization } = door);
        else recording.count('retries');
        // A registry may not know HEAD.
        if (status === 405) what = { ...what, method: 'GET' };
        previous = status;
      }
    },
  };
}

const userAgent = 'containerd/v2.4.2';

/** What Go itself adds, where a request does not say otherwise. */
const ofGo = { HEAD: {}, GET: { 'accept-encoding': 'gzip' } } as const;

/** Before a request is repeated that got no answer. */
const pauseMs = 50;

/** These are repeated until the attempts are used up, and these once in a row. */
const always = new Set([408, 429]);
const onceInARow = new Set([500, 503, 504]);

function isRepeated(status: number, previous: number, challenge = ''): boolean {
  if (status === 401) return /\bbasic\b/i.test(challenge);
  return always.has(status) || status === 405 || (onceInARow.has(status) && status !== previous);
}

function recorded(answer: Exchange, kind: Kind, recording: Recording): Answer {
  const { status, headers, begunMs, firstByteMs } = answer;
  const failed = status > 299 ? String(status) : undefined;
  const note = (bytes: number, error = failed): void =>
    recording.request({ kind, begunMs, firstByteMs, endMs: performance.now(), bytes, error });
  return {
    status,
    headers,
    read: async (take) => {
      let bytes = 0;
      const counted = (chunk: Buffer): void => {
        bytes += chunk.length;
        take(chunk);
      };
      try {
        const isWhole = await answer.read(counted);
        note(bytes, isWhole ? failed : 'EOF');
        return isWhole;
      } catch (error) {
        note(bytes, error instanceof NetworkError ? error.code : 'unknown');
        throw error;
      }
    },
    drop: async () => {
      await answer.drop();
      note(0);
    },
  };
}
