import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from './auth/authenticate.ts';
import { answerManifest, knownManifest, type ManifestParts } from './manifests.ts';
import { parseReference, parseRepository } from '../oci/reference.ts';
import type { WatchAnswer } from './watch-answer.ts';

/** Whether a request was answered. What was not is for koa. */
export type AtHand = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Answers what most requests of a fleet ask for, a manifest that is at hand for somebody who is known, in a single turn and
 * without a promise: koa, a router and their contexts are half of what such an answer costs. Who may not have it, and all
 * that is in any way unusual, is left to koa's routes, which decide by the same functions.
 */
export function answerAtHand(
  parts: ManifestParts & { authenticator: Authenticator; watch: WatchAnswer },
): AtHand {
  return (request, response) => {
    const { method, url: path = '', headers } = request;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const [, name, text] = manifestPath.exec(path) ?? [];
    if (name === undefined || text === undefined) return false;
    const identity = parts.authenticator.known(headers.authorization);
    if (identity === undefined || !identity.roles.has('pull') || !identity.mayUse(name)) return false;
    const manifest = manifestAtHand(parts, name, text);
    if (manifest === undefined) return false;
    parts.watch(request, response, () => ({ path, user: identity.user }));
    answerManifest(request, response, manifest);
    return true;
  };
}

/** Of names that need no decoding, of which there are no others in practice. */
const manifestPath = /^\/v2\/([a-z0-9._/-]+)\/manifests\/([a-zA-Z0-9._:-]+)$/;

function manifestAtHand(parts: ManifestParts, name: string, text: string): ReturnType<typeof knownManifest> {
  try {
    return knownManifest(parts, parseRepository(name), parseReference(text));
  } catch {
    // What is wrong with it is said by the route.
    return undefined;
  }
}
