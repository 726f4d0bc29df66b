import { parseImage } from './parse-image.ts';
import type { ContainerStatus } from './parse-pod.ts';
import type { DropletContainer } from './pod.ts';
import type { ContainerObject } from './schema.ts';

/** Those containers of a pod, or of a template, which has no statuses, whose images are droplets. */
export function dropletContainers(
  containers: readonly ContainerObject[],
  registries: ReadonlySet<string>,
  statuses: readonly ContainerStatus[] = [],
): DropletContainer[] {
  return containers.flatMap(({ name, image, imagePullPolicy }) => {
    const droplet = parseImage(image, registries);
    if (droplet === undefined) return [];
    const imageId = statuses.find((status) => status.name === name)?.imageID ?? '';
    return [{ name, image: droplet, imageId, alwaysPulls: imagePullPolicy === 'Always' }];
  });
}
