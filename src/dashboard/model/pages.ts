/** Which page is shown of so many things, and how many there are. `page` counts from 0 and is the last one where there are fewer. */
export function placeOf(all: number, page: number, length: number): { page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(all / length));
  return { page: Math.min(Math.max(0, page), pages - 1), pages };
}

/** One page of many things. */
export function pageOf<T>(
  all: readonly T[],
  page: number,
  length: number,
): { shown: readonly T[]; page: number; pages: number } {
  const place = placeOf(all.length, page, length);
  return { ...place, shown: all.slice(place.page * length, (place.page + 1) * length) };
}
