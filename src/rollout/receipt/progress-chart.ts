import type { ProvenPod } from '../judge/proof.ts';
import type { Roll } from '../stack/status.ts';
import { markup, type Markup } from './markup.ts';

const width = 1000;
const height = 100;
const mostPoints = 200;

/** How many pods were ready on the new version, over the time of a roll; behind it its waves. Nothing where none was. */
export function progressChart(
  { startedAt, endedAt = startedAt, waves }: Pick<Roll, 'startedAt' | 'endedAt' | 'waves'>,
  pods: readonly Pick<ProvenPod, 'readySince'>[],
): Markup {
  const begin = Date.parse(startedAt);
  const end = Math.max(begin + 1, Date.parse(endedAt));
  const x = (time: string): number =>
    Math.round((Math.min(1, Math.max(0, (Date.parse(time) - begin) / (end - begin))) || 0) * width);
  const ready = pods.map(({ readySince }) => x(readySince)).toSorted((a, b) => a - b);
  if (ready.length === 0) return markup``;
  const bands = waves.flatMap(({ startedAt: from, settledAt = endedAt }) =>
    from === undefined ? [] : [{ left: x(from), right: x(settledAt) }],
  );
  return markup`<figure><svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img"><title>Pods on the new version</title>
${bands.map(({ left, right }) => markup`<rect x="${left}" y="0" width="${Math.max(1, right - left)}" height="${height}"/>`)}
<polyline points="${pointsOf(ready)}"/></svg>
<figcaption>Pods ready on the new version, 0 to ${ready.length}, from begin to end; shaded: while a wave moved.</figcaption></figure>`;
}

/** A line that rises as pods get ready, of few enough points. @param ready sorted */
function pointsOf(ready: readonly number[]): string {
  const step = Math.max(1, Math.ceil(ready.length / mostPoints));
  const points = ready.flatMap((x, index) => {
    const isTold = (index + 1) % step === 0 || index === ready.length - 1;
    return isTold ? [`${x},${Math.round(height * (1 - (index + 1) / ready.length))}`] : [];
  });
  return [`0,${height}`, ...points, `${width},0`].join(' ');
}
