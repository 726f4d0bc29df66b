/** Samples of a Prometheus text, by name and labels as they stand there. */
export type Samples = ReadonlyMap<string, number>;

export async function scrape(url: string): Promise<Samples> {
  return samplesOf(await (await fetch(url)).text());
}

export function samplesOf(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

/** How a counter has grown, label set by label set; those that stayed are left out. */
export function growth(before: Samples, after: Samples, name: string): Map<string, number> {
  const own = [...after].filter(([key]) => key.startsWith(`${name}{`));
  const grown = own.map(([key, value]) => [key.slice(name.length), value - (before.get(key) ?? 0)] as const);
  return new Map(grown.filter(([, value]) => value > 0));
}

/** A quantile of what a histogram has seen in between, in its unit: the bound of the bucket in which it lies. */
export function quantile(before: Samples, after: Samples, name: string, q: number): number {
  const buckets = growth(before, after, `${name}_bucket`);
  const bounds = [...buckets].map(
    ([labels, count]) => [bound(/le="([^"]+)"/.exec(labels)?.[1] ?? ''), count] as const,
  );
  const sorted = bounds.toSorted(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  return sorted.find(([, count]) => count >= q * all)?.[0] ?? Number.NaN;
}

function bound(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}
