import { readFileSync } from 'node:fs';
import { Agent, request, type Dispatcher } from 'undici';
import { reasonOf } from '../../../src/errors.ts';
import { basic } from '../basic.ts';
import { foreignImage, type PulledImage } from './simulated-image.ts';

/** A registry as nodes know it. Plain data, for a child process. */
export type FacadeAccess = {
  /** `host:port` where it is */
  host: string;
  /** `name:password` */
  user: string;
  /** PEM file; without it, plain HTTP */
  ca?: string;
  /** The host by which images name it, as a mirror's configuration on a node allows; `host` without it. */
  name?: string;
};

export type SimulatedFacade = {
  /** Resolves a tag or a digest, with a request each time. @throws Error in a runtime's words */
  pull: (repository: string, reference: string) => Promise<PulledImage>;
};

type Known = Omit<PulledImage, 'repository'>;

/** containerd asks again at once where it is told 429, five times in all. */
const attempts = 5;

const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*';

/**
 * Asks a facade as containerd does: HEAD of the tag, then, for a digest that no node here has seen yet, GET of the
 * manifest by digest. Blobs are left out.
 */
export function simulatedFacade(access: FacadeAccess, over: AbortSignal): SimulatedFacade {
  const { host, user, ca, name = host } = access;
  const connect = ca === undefined ? {} : { connect: { ca: readFileSync(ca) } };
  const dispatcher = new Agent({ connections: 16, ...connect });
  over.addEventListener('abort', () => void dispatcher.destroy());
  const manifests = new Map<string, Promise<Known>>();
  const origin = `${ca === undefined ? 'http' : 'https'}://${host}`;
  const headers = { authorization: basic(user), accept };

  const ask = async (method: Dispatcher.HttpMethod, path: string): Promise<Dispatcher.ResponseData> => {
    for (let attempt = 1; ; attempt++) {
      const answer = await request(origin + path, { method, headers, dispatcher });
      if (answer.statusCode === 200) return answer;
      await answer.body.dump();
      if (answer.statusCode !== 429 || attempt === attempts)
        throw new Error(`unexpected status ${answer.statusCode}`);
    }
  };
  const manifest = async (path: string, digest: string): Promise<Known> => {
    const answer = await ask('GET', `${path}${digest}`);
    const { config, annotations = {} } = (await answer.body.json()) as Manifest;
    return { digest, config: config.digest, version: annotations['dev.dropstack.rootfs.version'] };
  };
  const pull = async (repository: string, reference: string): Promise<PulledImage> => {
    const path = `/v2/${repository.slice(name.length + 1)}/manifests/`;
    const head = await ask('HEAD', path + reference);
    await head.body.dump();
    const digest = String(head.headers['docker-content-digest']);
    const known = manifests.get(digest) ?? manifest(path, digest);
    manifests.set(digest, known);
    known.catch(() => manifests.delete(digest));
    return { repository, ...(await known) };
  };
  return {
    pull: async (repository, reference) => {
      if (!repository.startsWith(`${name}/`)) return foreignImage(repository, reference);
      try {
        return await pull(repository, reference);
      } catch (error) {
        throw new Error(`failed to resolve reference "${repository}:${reference}": ${reasonOf(error)}`, {
          cause: error,
        });
      }
    },
  };
}

type Manifest = { config: { digest: string }; annotations?: Record<string, string> };
