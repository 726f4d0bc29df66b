import type { Digest } from '../../oci/digest.ts';
import { mediaType } from '../../oci/media-type.ts';
import { isLoopback } from './addresses.ts';
import { Authorization } from './authorization.ts';
import { UnexpectedAnswer } from './failure.ts';
import type { ImageReference } from './image-reference.ts';
import { Patience } from './patience.ts';
import { readBody } from './read-body.ts';
import { readCredentials, type Credentials } from './registry-auth.ts';
import { dismiss, Wire, type Answer, type Timeouts } from './wire.ts';

export type RegistryOptions = {
  /** file in the form of docker's `config.json`; without it we are nobody */
  registryAuth?: string | undefined;
  /** who we are, in place of that file */
  credentials?: Credentials | undefined;
  /** certificates in PEM to trust beside those of the system */
  ca?: string | undefined;
  /** whether servers that are not this machine may be asked over plain HTTP */
  plainHttp?: boolean | undefined;
  timeouts?: Timeouts | undefined;
};

/** A manifest or an index as a registry gives it. `type`: what the answer says that it is, without parameters. */
export type Document = { bytes: Buffer; type: string; digest: string | undefined };

/** distribution-spec; also what registries take that set no bound of their own */
const mostManifestBytes = 4 * 1024 * 1024;
const { manifest, index, dockerManifest, dockerIndex } = mediaType;
const accept = [manifest, index, dockerManifest, dockerIndex].join(', ');

/** The pull side of one repository of one registry (distribution-spec). Errors are those of the wire; see `pullFailure`. */
export class RegistryClient {
  readonly #wire: Wire;
  readonly #base: URL;
  readonly #authorization: Authorization;

  private constructor(wire: Wire, base: URL, authorization: Authorization) {
    this.#wire = wire;
    this.#base = base;
    this.#authorization = authorization;
  }

  /** @throws Failure `unavailable` where the credentials cannot be read */
  static async open(reference: ImageReference, options: RegistryOptions): Promise<RegistryClient> {
    const { registryAuth, plainHttp = false, timeouts, ca } = options;
    const { host, repository } = reference;
    const credentials =
      options.credentials ??
      (registryAuth === undefined ? undefined : await readCredentials(registryAuth, reference));
    const wire = new Wire(plainHttp, timeouts, ca);
    const scheme = plainHttp || (await isPlain(wire, host)) ? 'http' : 'https';
    const base = new URL(`${scheme}://${host}/v2/${repository}/`);
    return new RegistryClient(wire, base, new Authorization(wire, repository, credentials));
  }

  /** @param target a tag or a digest */
  async manifest(target: string): Promise<Document> {
    return persistently(async () => {
      const answer = await this.#get(`manifests/${target}`, { accept });
      const { 'content-type': type = '', 'docker-content-digest': digest } = answer.headers;
      const bytes = await readBody(answer, mostManifestBytes);
      return {
        bytes,
        type: String(type).replace(/\s*;.*/, ''),
        digest: digest === undefined ? undefined : String(digest),
      };
    });
  }

  /** The digest that a HEAD of a tag or a digest tells, as nodes ask first; undefined where it tells none. */
  async head(target: string): Promise<string | undefined> {
    const answer = await this.#get(`manifests/${target}`, { accept }, 'HEAD');
    dismiss(answer);
    const { 'docker-content-digest': digest } = answer.headers;
    return digest === undefined ? undefined : String(digest);
  }

  /** A blob's bytes from `start` on; the body fails where the connection breaks. */
  async *blob(digest: Digest, start: number): AsyncIterable<Buffer> {
    const { statusCode, headers, body, url } = await this.#get(
      `blobs/${digest}`,
      start === 0 ? {} : { range: `bytes=${start}-` },
    );
    // Who knows no ranges sends what is there already as well.
    let skipped = statusCode === 206 ? start : 0;
    if (statusCode === 206 && !String(headers['content-range']).startsWith(`bytes ${start}-`)) {
      body.destroy();
      throw new UnexpectedAnswer(url.host, statusCode);
    }
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const rest = chunk.subarray(Math.min(start - skipped, chunk.length));
      skipped += chunk.length - rest.length;
      if (rest.length > 0) yield rest;
    }
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }

  /** An answer that says success. Whoever challenges us is answered once, the registry alone. */
  async #get(path: string, headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET'): Promise<Answer> {
    const url = new URL(path, this.#base);
    let answer = await this.#wire.get(url, headers, this.#authorization.header, method);
    if (answer.statusCode === 401 && answer.url.origin === url.origin) {
      dismiss(answer);
      if (await this.#authorization.meet(this.#base, answer.headers['www-authenticate'])) {
        answer = await this.#wire.get(url, headers, this.#authorization.header, method);
      }
    }
    if (answer.statusCode === 200 || answer.statusCode === 206) return answer;
    dismiss(answer);
    throw new UnexpectedAnswer(answer.url.host, answer.statusCode, secondsOf(answer.headers['retry-after']));
  }
}

/** Registries on this machine often speak plain HTTP. Whether one does, only trying tells. */
async function isPlain(wire: Wire, host: string): Promise<boolean> {
  const url = new URL(`https://${host}/v2/`);
  if (!isLoopback(url.hostname)) return false;
  try {
    dismiss(await wire.get(url));
    return false;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return /^(?:EPROTO|ECONNRESET|UND_ERR_SOCKET|ERR_SSL_.*)$/.test(code);
  }
}

async function persistently<T>(work: () => Promise<T>): Promise<T> {
  const patience = new Patience();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await patience.after(error);
    }
  }
}

function secondsOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
