/** One value of a metric, and its labels. */
export type Sample = { labels: Readonly<Record<string, string>>; value: number };

/** All values at one moment, by the names of their metrics. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

/** Reads the metrics of dropstack in the form in which Prometheus reads them: it is the one that tells of all processes. */
export function readSamples(text: string): Samples {
  const found = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = wellFormed.exec(line) ?? [];
    if (name === undefined) continue;
    const samples = found.get(name) ?? [];
    samples.push({ labels: labelsOf(labels), value: Number(value) });
    found.set(name, samples);
  }
  return found;
}

const wellFormed = /^(dropstack_\w+)(?:\{(.*)\})? (\S+)$/;

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
