import { Failure } from '../../errors.ts';
import { isDigest, type Digest } from '../../oci/digest.ts';
import { withoutCredentials } from './without-credentials.ts';

/** An image in a registry: `host[:port]/name:tag`, `host[:port]/name@sha256:…`, or with both, where the digest decides. */
export type ImageReference = {
  /** as it was written, for messages */
  text: string;
  /** the registry by its name, to which credentials belong: `host[:port]`, in lower case */
  registry: string;
  /** `host[:port]` that speaks for it */
  host: string;
  repository: string;
  /** what stands behind `/manifests/` */
  target: string;
  digest: Digest | undefined;
};

const forced = 'docker://';
const label = '[a-z0-9]+(?:-+[a-z0-9]+)*';
const hostGrammar = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])(?::[0-9]{1,5})?$`);
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/** distribution-spec "Pulling manifests" */
const pathGrammar = new RegExp(
  `^(?<repository>${component}(?:/${component})*)(?::(?<tag>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}))?(?:@(?<digest>.*))?$`,
);

/** The one registry that is spoken for by a host of another name, and that names of one part have a prefix in. */
const dockerHub = { names: new Set(['docker.io', 'index.docker.io']), host: 'registry-1.docker.io' };

/** Whether `text` can mean nothing but an image in a registry, whatever files there are. */
export function isForced(text: string): boolean {
  return text.startsWith(forced);
}

/** Reads a reference; undefined where `text` is none. The host must be written: there is no registry by default, nor a tag. */
export function readImageReference(text: string): ImageReference | undefined {
  const bare = isForced(text) ? text.slice(forced.length) : text;
  const slash = bare.indexOf('/');
  const registry = bare.slice(0, Math.max(slash, 0)).toLowerCase();
  if (!isHost(registry)) return undefined;
  const { repository = '', tag, digest } = pathGrammar.exec(bare.slice(slash + 1))?.groups ?? {};
  if (repository === '' || repository.length > 255) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const target = digest ?? tag;
  if (target === undefined) return undefined;
  if (!dockerHub.names.has(registry)) {
    return { text: bare, registry, host: registry, repository, target, digest };
  }
  const full = repository.includes('/') ? repository : `library/${repository}`;
  return { text: bare, registry: 'docker.io', host: dockerHub.host, repository: full, target, digest };
}

/** @throws Failure `invalid` where `text` is no reference */
export function requireImageReference(text: string): ImageReference {
  const reference = readImageReference(text);
  if (reference !== undefined) return reference;
  throw new Failure(
    'invalid',
    `${JSON.stringify(withoutCredentials(text))} is no reference to an image: write host[:port]/name:tag or host[:port]/name@sha256:…`,
  );
}

/** A first part that could be that of a path is a host only with a dot or a port, or as `localhost`. */
function isHost(text: string): boolean {
  if (!hostGrammar.test(text) || !(text === 'localhost' || /[.:]/.test(text))) return false;
  return URL.canParse(`https://${text}`);
}
