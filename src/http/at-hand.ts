import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Authenticator } from './auth/authenticate.ts';
import { headOfBytes } from './blobs.ts';
import { answerManifest, knownHead, knownManifest, type ManifestParts } from './manifests.ts';
import type { Blobs } from '../image/blobs.ts';
import { headOf } from '../image/images.ts';
import { parseDigest } from '../oci/digest.ts';
import { parseReference, parseRepository } from '../oci/reference.ts';
import type { IsOwnHost } from './own-host.ts';
import type { WatchAnswer } from './watch-answer.ts';

/** Whether a request was answered. What was not is for koa. */
export type AtHand = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Answers what most requests of a fleet ask for, a manifest or a config that is at hand for somebody who is known, in a single
 * turn and without a promise: koa, a router and their contexts are half of what such an answer costs. Who may not have it, and
 * all that is in any way unusual, is left to koa's routes, which decide by the same functions.
 */
export function answerAtHand(
  parts: ManifestParts & {
    blobs: Blobs;
    authenticator: Authenticator;
    isOwnHost: IsOwnHost | undefined;
    watch: WatchAnswer;
  },
): AtHand {
  return (request, response) => {
    const { method, url: path = '', headers } = request;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const [, name, kind, text] = paths.exec(path) ?? [];
    if (name === undefined || text === undefined || parts.isOwnHost?.(headers.host) === false) return false;
    const identity = parts.authenticator.known(headers.authorization);
    if (identity === undefined || !identity.roles.has('pull') || !identity.mayUse(name)) return false;
    const look = kind === 'blobs' ? config : manifest;
    const answer = look(parts, request, name, text);
    if (answer === undefined) return false;
    const id = parts.watch(request, response, () => ({ path, cache: 'at-hand', user: identity.user }));
    answer(request, response, { 'X-Request-Id': id });
    return true;
  };
}

/** Of names that need no decoding, of which there are no others in practice. */
const paths = /^\/v2\/([a-z0-9._/-]+)\/(manifests|blobs)\/([a-zA-Z0-9._:-]+)$/;

/** All of a head is written at once: one that is set header by header costs Node more. */
type Answer = (request: IncomingMessage, response: ServerResponse, others: OutgoingHttpHeaders) => void;

function manifest(
  parts: ManifestParts,
  { method }: IncomingMessage,
  name: string,
  text: string,
): Answer | undefined {
  const repository = parsed(() => parseRepository(name));
  const reference = parsed(() => parseReference(text));
  if (repository === undefined || reference === undefined) return undefined;
  const found = method === 'HEAD' ? undefined : knownManifest(parts, repository, reference);
  const head = method === 'HEAD' ? knownHead(parts, repository, reference) : found && headOf(found);
  return (
    head && ((request, response, others) => answerManifest(request, response, head, found?.bytes, others))
  );
}

/** All of a config; who asks for a part of it, or on a condition, is rare. */
function config(
  { blobs }: { blobs: Blobs },
  { headers }: IncomingMessage,
  name: string,
  text: string,
): Answer | undefined {
  if (headers.range !== undefined || headers['if-none-match'] !== undefined) return undefined;
  const repository = parsed(() => parseRepository(name));
  const digest = parsed(() => parseDigest(text));
  const bytes = repository && digest && blobs.known(repository, digest);
  return (
    bytes &&
    (({ method }, response, others) => {
      const head = { ...others, 'Docker-Content-Digest': digest, ...headOfBytes(`"${digest}"`) };
      response.writeHead(200, { ...head, 'Content-Length': bytes.length });
      response.end(method === 'HEAD' ? undefined : bytes);
    })
  );
}

/** What is wrong with a name is said by the route. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
