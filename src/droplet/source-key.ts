import { isDropletHash } from '../oci/reference.ts';

/** Below this prefix of the own store lie the droplets that were put through us, in Cloud Controller's layout. */
export const uploadsPrefix = 'droplets/';

/** Cloud Controller's key of a droplet: `ab/cd/<guid>/<hash>`, partitioned by the guid's first four characters. */
export function sourceKey(guid: string, hash: string): string {
  return sourceFolder(guid) + hash;
}

/** Below it lie all droplets of a guid. */
export function sourceFolder(guid: string): string {
  const start = guid.toLowerCase();
  return `${start.slice(0, 2)}/${start.slice(2, 4)}/${guid}/`;
}

/** The droplet that a key names, or undefined for whatever else somebody put there. */
export function parseSourceKey(key: string): { guid: string; hash: string } | undefined {
  const [, , guid = '', hash = '', ...more] = key.split('/');
  return more.length === 0 && isDropletHash(hash) && sourceKey(guid, hash) === key
    ? { guid, hash }
    : undefined;
}
