/** Where the store keeps what belongs to root filesystems. Names are checked before they come here. */

export const stacksFolder = 'v1/stacks/';

export function stackKey(stack: string): string {
  return `${stacksFolder}${stack}.json`;
}

export function versionsFolder(stack: string): string {
  return `v1/rootfs/${stack}/`;
}

export function rootfsKey(stack: string, version: string): string {
  return `${versionsFolder(stack)}${version}.json`;
}

/** From a layer's digest, in hex, to its object: a stack's own pointer is what permits to pull it from that stack. */
export function rootfsLayerKey(stack: string, hex: string): string {
  return `v1/rootfs-layers/${stack}/${hex}`;
}

/** Named by what it was read from, so that whoever writes it at the same time writes the same. */
export function rootfsContentsKey(stack: string, hex: string): string {
  return `v1/rootfs-contents/${stack}/${hex}.json`;
}
