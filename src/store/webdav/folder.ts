import { childrenOf, type Child } from './children.ts';
import { dismiss, orDismissed, type Answer, type WebdavClient } from './client.ts';
import { UnexpectedAnswer } from './failure.ts';
import { parseMultistatus, wantedProperties } from './multistatus.ts';

/** The most that a list of one folder may be, in bytes: some 20,000 entries. */
const maxList = 8 * 1024 * 1024;
/** For so long after the folder was seen, in milliseconds, an absence in it is believed. */
const seenFor = 3_000;

/** The folder of all keys. Its methods throw errors of the system and of undici, and such that tell what an answer lacks. */
export class WebdavFolder {
  readonly #client: WebdavClient;
  readonly #url: URL;
  #seen = -Infinity;

  /** @param url ends in a slash */
  constructor(client: WebdavClient, url: string) {
    this.#client = client;
    this.#url = new URL(url);
  }

  /** Whoever asks reads the answer's body, or destroys it, or leaves it by `dismiss`. */
  async ask(method: 'HEAD' | 'GET', key: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#client.ask(method, this.#urlOf(key), { headers });
  }

  /** Whether nothing is there: only ever said while the folder itself is. */
  async isAbsent(key: string, answer: Answer): Promise<boolean> {
    if (!saysAbsent(answer, this.#urlOf(key))) return false;
    if (performance.now() - this.#seen < seenFor) return true;
    const asked = performance.now();
    const itself = await this.#askProperties(this.#url, '0');
    dismiss(itself);
    requireStatus(itself, 207);
    this.#seen = asked;
    return true;
  }

  /** The files and folders directly below a prefix, which is empty or ends in a slash. */
  async childrenOf(prefix: string): Promise<Child[]> {
    const url = this.#urlOf(prefix);
    const answer = await this.#askProperties(url, '1');
    return orDismissed(answer, async () => {
      if (prefix !== '' && (await this.isAbsent(prefix, answer))) return [];
      requireStatus(answer, 207);
      return childrenOf(parseMultistatus(await readText(answer)), url);
    });
  }

  #askProperties(url: URL, depth: '0' | '1'): Promise<Answer> {
    const headers = { depth, 'content-type': 'application/xml' };
    return this.#client.ask('PROPFIND', url, { headers, body: wantedProperties });
  }

  /** Of a key, or of a prefix with its slash. */
  #urlOf(key: string): URL {
    return new URL(key.split('/').map(encodeURIComponent).join('/'), this.#url);
  }
}

/** No such path, or one that no file system has, or a folder: of that we are sent to the same path with a slash. */
function saysAbsent({ statusCode, headers }: Answer, asked: URL): boolean {
  if (statusCode !== 301) return statusCode === 404 || statusCode === 414;
  const to = URL.parse(String(headers['location']), asked);
  return to?.pathname === `${asked.pathname}/`;
}

export function requireStatus({ statusCode }: Answer, wanted: number): void {
  if (statusCode !== wanted) throw new UnexpectedAnswer(statusCode);
}

async function readText({ body }: Answer): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > maxList) throw new Error(`it lists more than ${maxList} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
