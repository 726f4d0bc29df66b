/** What the page shows, as its address says behind the `#`. */
export type Route =
  | { view: 'overview' }
  | { view: 'stack'; stack: string }
  | { view: 'diff'; stack: string; from: string; to: string }
  | { view: 'app'; guid: string }
  | { view: 'droplet'; guid: string; hash: string }
  | { view: 'refused' }
  | { view: 'activity' }
  | { view: 'nowhere'; path: string };

/** @param hash of a location: empty, or from its `#` on */
export function routeOf(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '');
  const [room = '', ...parts] = path.split('/').map(decoded);
  const [first, second, third, fourth, ...more] = parts;
  if (parts.includes('') || more.length > 0) return { view: 'nowhere', path };
  if (room === 'stacks' && first !== undefined) {
    if (second === undefined) return { view: 'stack', stack: first };
    if (second === 'diff' && third !== undefined && fourth !== undefined)
      return { view: 'diff', stack: first, from: third, to: fourth };
  }
  if (room === 'apps' && first !== undefined && third === undefined)
    return second === undefined
      ? { view: 'app', guid: first }
      : { view: 'droplet', guid: first, hash: second };
  if (first === undefined) {
    if (room === '') return { view: 'overview' };
    if (room === 'refused' || room === 'activity') return { view: room };
  }
  return { view: 'nowhere', path };
}

/** What leads there. */
export function linkTo(route: Route): string {
  return `#/${partsOf(route).map(encodeURIComponent).join('/')}`;
}

function partsOf(route: Route): string[] {
  if (route.view === 'nowhere') return [route.path];
  if (route.view === 'diff') return ['stacks', route.stack, 'diff', route.from, route.to];
  if ('stack' in route) return ['stacks', route.stack];
  if (route.view === 'droplet') return ['apps', route.guid, route.hash];
  if ('guid' in route) return ['apps', route.guid];
  return route.view === 'overview' ? [] : [route.view];
}

/** Somebody may have typed it. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
