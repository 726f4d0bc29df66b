import type { Receipt } from '../../rollout/receipt/receipt.ts';
import type { WaveStatus } from '../../rollout/stack/status.ts';
import { fields, table } from '../print.ts';
import { lasting } from './lasting.ts';
import { printableLines } from '../printable.ts';

const mostFailures = 20;

/** A receipt for people at a terminal; the page and the JSON say more. */
export function describeReceipt({ stack, outcome, message, seconds, plan, actual, pods }: Receipt): string {
  const { counts, failures } = actual;
  const parts = [
    fields([
      ['Roll', `${actual.id} of stack ${stack}`],
      ['Outcome', `${outcome}: ${message}`],
      ['From', actual.from],
      ['To', actual.to],
      ['Took', `${lasting(seconds)}, planned at least ${lasting(plan.seconds)}`],
      ['Apps', `${counts.done} done of ${counts.apps}, planned ${plan.apps}`],
      ['Failed', counts.failed],
      ['Skipped', counts.skipped],
      ['Proven', `${pods} pods`],
    ]),
    table(
      ['WAVE', 'PLANNED', 'APPS', 'DONE', 'FAILED', 'SKIPPED', 'BEGAN', 'OVER', 'APPROVED'],
      actual.waves.map((wave, index) => waveRow(wave, plan.waves[index]?.apps)),
    ),
    failures.length === 0
      ? ''
      : table(
          ['FAILED APP', 'AT', 'WHY'],
          failures.slice(0, mostFailures).map(({ guid, at, reason }) => [guid, at, reason]),
        ),
    failures.length > mostFailures ? `… and ${failures.length - mostFailures} more: -o json` : '',
  ];
  return printableLines(parts.filter((part) => part !== '').join('\n\n'));
}

function waveRow(wave: WaveStatus, planned: number | undefined): string[] {
  const { name, counts, startedAt = '', finishedAt = '', approvedAt, approvedBy } = wave;
  return [
    name,
    planned === undefined ? '' : String(planned),
    ...[counts.apps, counts.done, counts.failed, counts.skipped].map(String),
    startedAt,
    finishedAt,
    approvedAt === undefined ? '' : `${approvedAt} by ${approvedBy ?? 'somebody'}`,
  ];
}
