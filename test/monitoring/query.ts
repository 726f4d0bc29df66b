/** Labels of what is asked for: of the jobs that are chosen in the dashboard. */
export const job = 'job=~"$job"';

/** How many a second, by a label. */
export function rate(metric: string, by: string, labels = ''): string {
  return `sum by (${by}) (rate(${metric}{${labels === '' ? job : `${job}, ${labels}`}}[$__rate_interval]))`;
}

/** A share of all that a histogram has counted took no longer than this. */
export function quantile(share: number, histogram: string, by = '', labels = ''): string {
  const buckets = rate(`${histogram}_bucket`, by === '' ? 'le' : `le, ${by}`, labels);
  return `histogram_quantile(${share}, ${buckets})`;
}
