import type { Resource } from './multistatus.ts';

export type Child = { name: string; file: Resource['file'] };

/**
 * The files and folders in `folder`, of which `resources` is all that a server lists. Names that no key can have are left
 * out.
 * @throws Error where the folder itself is not among them, or where one lies elsewhere: the names are not ours to trust
 */
export function childrenOf(resources: readonly Resource[], folder: URL): Child[] {
  const above = segmentsOf(folder);
  let self: Resource | undefined;
  const children: Child[] = [];
  for (const resource of resources) {
    const url = URL.parse(resource.href, folder);
    // Unless they are encoded, these are of no path.
    if (url === null || url.search !== '' || url.hash !== '') continue;
    const segments = segmentsOf(url);
    const name = segments[above.length];
    if (segments.length > above.length + 1 || above.some((one, i) => one !== segments[i]))
      throw new Error(`it lists ${JSON.stringify(resource.href)}, which does not lie in ${folder.pathname}`);
    if (segments.length === above.length) self = resource;
    else if (name !== undefined && isFit(name)) children.push({ name, file: resource.file });
  }
  if (self === undefined) throw new Error(`it lists another folder than ${folder.pathname}`);
  return self.file === undefined ? children : [];
}

/** Servers differ in what they encode, so that only decoded names are compared. A name that is no UTF-8 is the empty one. */
function segmentsOf({ pathname }: URL): string[] {
  return pathname
    .split('/')
    .filter((one) => one !== '')
    .map(decode);
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

function isFit(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}
