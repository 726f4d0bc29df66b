import { hash } from '../tiny.ts';

/** What a reference resolved to; `version` is that of the rootfs. */
export type PulledImage = { repository: string; digest: string; config: string; version: string | undefined };

/** A container runtime, by how it reports what it runs. */
export type Runtime = 'containerd-1.6' | 'containerd-2' | 'crio' | 'docker' | 'bare';

/** `repository` holds the host; `reference` is a tag or a digest. */
export function splitImage(image: string): { repository: string; reference: string } {
  const [, repository = image, tag = 'latest', digest] =
    /^([^@]+?)(?::([^:/@]+))?(?:@(.+))?$/.exec(image) ?? [];
  return { repository, reference: digest ?? tag };
}

/**
 * `imageID` in a container's status. containerd tells the first of all the repositories under which the node has the
 * image; CRI-O the config's digest without more; `bare` is containerd with an image whose repositories it has lost.
 */
export function imageIdOf(runtime: Runtime, image: PulledImage, repositories: Iterable<string>): string {
  const [repository = image.repository] = [...repositories].toSorted();
  switch (runtime) {
    case 'containerd-1.6':
    case 'containerd-2':
      return `${repository}@${image.digest}`;
    case 'docker':
      return `docker-pullable://${repository}@${image.digest}`;
    case 'crio':
      return image.config.replace('sha256:', '');
    case 'bare':
      return image.config;
    default:
      return runtime satisfies never;
  }
}

/** An image of another registry: it is there, whatever it is. */
export function foreignImage(repository: string, reference: string): PulledImage {
  const digest = `sha256:${hash('sha256', Buffer.from(`${repository}:${reference}`))}`;
  return { repository, digest, config: digest, version: undefined };
}
