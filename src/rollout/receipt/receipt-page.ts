import type { Proof, ProvenPod } from '../judge/proof.ts';
import type { RolloutPlan } from '../plan/plan.ts';
import type { AppFailure, WaveStatus } from '../stack/status.ts';
import { markup, type Markup } from './markup.ts';
import { progressChart } from './progress-chart.ts';
import type { Receipt } from './receipt.ts';
import { style } from './style.ts';

/** Lists are cut at so many entries, and texts at so many characters: any browser opens the page at once. */
const most = { pods: 5_000, apps: 1_000, lacks: 5, text: 300 };

/** A page that shows a receipt, whole in itself: nothing is fetched, nothing is run. The JSON leaves nothing out. */
export function receiptPage(receipt: Receipt): string {
  const { stack, actual, outcome, message, plan, proofs } = receipt;
  const { id, kind, from, to, startedAt, endedAt } = actual;
  const pods = proofs.flatMap((one) => one.pods);
  const page = markup`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Roll ${cut(id)} of stack ${cut(stack)}: ${outcome}</title>
<style>${style}</style></head>
<body>
<h1>Stack ${cut(stack)}${from === undefined ? '' : cut(` from ${from}`)} to ${cut(to)}</h1>
<p><strong>${outcome}</strong>: ${cut(message)}</p>
<p>Roll ${cut(id)}${kind === 'undo' ? ', which takes one back' : ''}. Began ${cut(startedAt)}, ended ${cut(endedAt ?? '')}.</p>
${progressChart(actual, pods)}
${comparison(receipt)}
${waves(actual.waves, plan)}
${failures(actual.failures, actual.waves)}
${exceptions(plan, proofs)}
${breaks(plan)}
${proofOf(pods, receipt.pods)}
</body>
</html>
`;
  return page.html;
}

function comparison({ plan, actual: { counts }, seconds }: Receipt): Markup {
  const rows = [
    ['Apps', plan.apps, counts.apps],
    ['Done', plan.apps, counts.done],
    ['Failed', 0, counts.failed],
    ['Could not be moved', plan.obstacles.count, counts.skipped],
    ['Seconds', Math.round(plan.seconds), Math.round(seconds)],
  ];
  return section('Planned and actual', ['', 'Planned', 'Actual'], rows);
}

function waves(list: readonly WaveStatus[], plan: RolloutPlan): Markup {
  const rows = list.map(
    ({ name, counts, startedAt, settledAt, finishedAt, approvedAt, approvedBy }, index) => [
      name,
      plan.waves[index]?.apps ?? '',
      counts.apps,
      counts.done,
      counts.failed,
      counts.skipped,
      startedAt ?? '',
      settledAt ?? '',
      finishedAt ?? '',
      approvedAt === undefined ? '' : `${approvedAt} by ${approvedBy ?? 'somebody'}`,
    ],
  );
  const numbers = ['Planned', 'Apps', 'Done', 'Failed', 'Skipped'];
  return section('Waves', ['Wave', ...numbers, 'Began', 'Settled', 'Over', 'Approved'], rows);
}

function failures(list: readonly AppFailure[], waveList: readonly WaveStatus[]): Markup {
  const rows = list.map(({ guid, at, wave, reason }) => [guid, waveList[wave]?.name ?? '', at, reason]);
  return section('Failures', ['App', 'Wave', 'At', 'Why'], rows);
}

/** Those that the plan knew of, and those that came to it. */
function exceptions({ obstacles: { count, list } }: RolloutPlan, proofs: readonly Proof[]): Markup {
  const skipped = [...list, ...proofs.flatMap((one) => one.skipped)];
  const reasons = new Map(skipped.map(({ guid, reason }) => [guid, reason]));
  const rows = [...reasons].slice(0, most.apps);
  const all = Math.max(count, reasons.size);
  return section('Exceptions: apps that could not be rolled', ['App', 'Why'], rows, all);
}

function breaks({ breaks: { count, list } }: RolloutPlan): Markup {
  const rows = list.map(({ guid, lacks }) => {
    const some = lacks
      .slice(0, most.lacks)
      .map(({ library, versions }) => [library, ...versions.slice(0, most.lacks)].join(' '));
    return [guid, some.join(', ')];
  });
  return section('Apps that were expected to break', ['App', 'Lacks'], rows, count);
}

function proofOf(pods: readonly ProvenPod[], count: number): Markup {
  const rows = pods
    .slice(0, most.pods)
    .map(({ guid, namespace, pod, node = '', version, readySince, restarts, imageId }) => [
      guid,
      `${namespace}/${pod}`,
      node,
      version,
      readySince,
      restarts,
      imageId,
    ]);
  const headings = ['App', 'Pod', 'Node', 'Version', 'Ready since', 'Restarts', 'Image'];
  return section('Proof: pods as they were when their wave was over', headings, rows, count, most.pods);
}

/** @param count of all, where `rows` are only some of them */
function section(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  count = rows.length,
  limit = most.apps,
): Markup {
  if (rows.length === 0) return markup``;
  const told = rows
    .slice(0, limit)
    .map((row) => markup`<tr>${row.map((cell) => markup`<td>${cut(cell)}</td>`)}</tr>\n`);
  const rest = count - told.length;
  return markup`<section><h2>${title}</h2>
<table><thead><tr>${headings.map((heading) => markup`<th>${heading}</th>`)}</tr></thead>
<tbody>${told}</tbody></table>
${rest > 0 ? markup`<p>And ${rest} more: the JSON has them.</p>` : ''}</section>`;
}

function cut(text: string | number): string | number {
  return typeof text === 'string' && text.length > most.text ? `${text.slice(0, most.text)}…` : text;
}
