import type { Api } from '../../rollout/kubernetes/api.ts';
import type { PlanOf } from '../../rollout/drive/plans-of.ts';
import { statusReport, type StatusReport } from '../../rollout/drive/status-report.ts';
import type { Format } from '../print.ts';
import type { Terminal } from '../progress.ts';
import { printable } from '../printable.ts';
import { describeStatus } from './describe-status.ts';
import { exitCodeOf } from './exit-code.ts';
import { newsTeller } from './news.ts';
import { redrawer } from './redraw.ts';
import { watchStack, type Seen } from './watch-stack.ts';

export type FollowOptions = { output: Format; exitOnStop?: boolean };

type Following = {
  /** the roll that there was, if any, where only the next one is meant */
  after?: { roll: string | undefined };
  planOf: PlanOf;
};

/**
 * Shows how a roll goes until it ends, or with `exitOnStop` until it needs somebody, and sets the exit code: on a terminal in
 * a view that is drawn anew, elsewhere a line for each change.
 */
export async function followRoll(
  api: Api,
  name: string,
  { output, exitOnStop = false }: FollowOptions,
  { after, planOf }: Following,
): Promise<void> {
  const show = viewOf(output, process.stdout);
  for await (const seen of watchStack(api, name)) {
    const { stack } = seen;
    const id = stack.status?.roll?.id;
    const isBefore = after !== undefined && id === after.roll;
    const plan = id === undefined || isBefore ? undefined : await planOf(id);
    const found = statusReport(stack, plan, Date.now());
    const exitCode = isBefore ? 3 : exitCodeOf(stack);
    const report = { ...found, ...(isBefore ? { pending: true } : {}), exitCode };
    const isOver = exitCode !== 3 && (exitCode !== 4 || exitOnStop);
    show(report, seen, isOver);
    process.exitCode = exitCode;
    if (isOver) return;
  }
}

type Show = (report: StatusReport & { exitCode: number }, seen: Seen, isLast: boolean) => void;

function viewOf(output: Format, stream: Terminal): Show {
  if (output === 'json') return eachChange(stream);
  return stream.isTTY === true ? live(stream) : news(stream);
}

function eachChange(stream: Terminal): Show {
  let last: string | undefined;
  return (report, { stack: { metadata } }) => {
    if (metadata.resourceVersion !== last) stream.write(`${JSON.stringify(report)}\n`);
    last = metadata.resourceVersion;
  };
}

function live(stream: Terminal): Show {
  const draw = redrawer(stream);
  return (report, { away }) => {
    const lines = describeStatus(report, new Date()).split('\n');
    draw(away === undefined ? lines : [printable(`As it was: ${away}`), '', ...lines]);
  };
}

function news(stream: Terminal): Show {
  const tell = newsTeller();
  let wasAway = false;
  return (_report, { stack: { status }, away }, isLast) => {
    if (away !== undefined && !wasAway)
      process.stderr.write(`dropstack: ${printable(away)}; it is tried again\n`);
    wasAway = away !== undefined;
    for (const line of tell(status, new Date(), isLast)) stream.write(`${line}\n`);
  };
}
