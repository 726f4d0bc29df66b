/** One page of many things. `page` counts from 0 and is the last one where there are fewer. */
export function pageOf<T>(
  all: readonly T[],
  page: number,
  length: number,
): { shown: readonly T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(all.length / length));
  const here = Math.min(Math.max(0, page), pages - 1);
  return { shown: all.slice(here * length, (here + 1) * length), page: here, pages };
}
