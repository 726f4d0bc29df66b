/** What `work` makes of each item, in their order, of so many at a time. After a failure none is begun. */
export async function* inParallel<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const first = running.length < most ? undefined : running.shift();
      if (first !== undefined) yield await first;
      const started = work(item);
      // Of those that fail only the first is waited for.
      started.catch(() => undefined);
      running.push(started);
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next;
  } finally {
    await Promise.allSettled(running);
  }
}
