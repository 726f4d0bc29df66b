import type { Roll, WaveStatus } from '../../rollout/stack/status.ts';
import type { StatusReport } from '../../rollout/drive/status-report.ts';
import { table } from '../print.ts';
import { printableLines } from '../printable.ts';
import { lasting } from './lasting.ts';

/** The last ones are told; the JSON has all. */
const mostFailures = 10;
const barWidth = 24;

/** How a roll stands, for people: the same lines for one look and for a view that is drawn anew. */
export function describeStatus(report: StatusReport, now: Date): string {
  const { stack, version, phase, message, roll, stalled } = report;
  const heading =
    roll === undefined
      ? `Stack ${stack}, version ${version}: ${phase}`
      : `Stack ${stack}: ${phase}, roll ${roll.id}${originOf(roll)} to ${roll.to}`;
  const parts = [
    heading,
    message,
    ...(report.pending ? [`The patcher is yet to see that ${version} is asked for.`] : []),
    ...(stalled === undefined ? [] : [`Stalled: ${stalled}`]),
    ...(roll === undefined
      ? []
      : [timeOf(roll, report, now), '', waveTable(report, roll), ...failures(roll)]),
    ...adviceOf(report),
  ];
  return printableLines(parts.join('\n'));
}

function originOf({ from, kind }: Roll): string {
  return `${kind === 'undo' ? ' back' : ''}${from === undefined ? '' : ` from ${from}`}`;
}

function timeOf(
  { startedAt, endedAt, waves }: Roll,
  { secondsLeft, planned }: StatusReport,
  now: Date,
): string {
  const since = Date.parse(startedAt);
  if (endedAt !== undefined)
    return `Began ${startedAt}, took ${lasting((Date.parse(endedAt) - since) / 1000)}`;
  const began = `Began ${lasting((now.getTime() - since) / 1000)} ago`;
  if (secondsLeft === undefined) return began;
  const left = `${began}, about ${lasting(secondsLeft)} left at this pace`;
  if (waves.every((wave) => wave.startedAt !== undefined)) return left;
  return `${left}${planned === undefined ? ' for the waves that have begun' : ', and what approvals take'}`;
}

function waveTable({ planned }: StatusReport, { waves }: Roll): string {
  return table(
    ['WAVE', 'PROGRESS', 'APPS', 'DONE', 'MOVING', 'FAILED', 'SKIPPED', ''],
    waves.map((wave, index) => {
      const { counts, name, startedAt } = wave;
      const apps = startedAt === undefined ? planned?.[index] : counts.apps;
      const numbers = [counts.done, counts.moving, counts.failed, counts.skipped];
      return [
        name,
        barOf(wave),
        apps === undefined ? '?' : String(apps),
        ...numbers.map(String),
        stageOf(wave),
      ];
    }),
  );
}

/** Done, then failed or skipped, then on its way. */
function barOf({ counts: { apps, done, failed, skipped, moving }, finishedAt }: WaveStatus): string {
  if (apps === 0) return (finishedAt === undefined ? '.' : '#').repeat(barWidth);
  const upTo = (count: number): number => Math.round((count / apps) * barWidth);
  const ends = [upTo(done), upTo(done + failed + skipped), upTo(done + failed + skipped + moving)] as const;
  const [good, settled, begun] = ends;
  return (
    '#'.repeat(good) + '!'.repeat(settled - good) + '>'.repeat(begun - settled) + '.'.repeat(barWidth - begun)
  );
}

function stageOf({ startedAt, settledAt, finishedAt, approvedBy, approvedAt }: WaveStatus): string {
  const approval = approvedAt === undefined ? '' : `, approved by ${approvedBy ?? 'somebody'}`;
  if (finishedAt !== undefined) return `over${approval}`;
  if (settledAt !== undefined) return `through${approval}`;
  return startedAt === undefined ? '' : `moving${approval}`;
}

function failures({ failures: all, waves }: Roll): string[] {
  if (all.length === 0) return [];
  const told = all.slice(-mostFailures);
  const rows = told.map(({ guid, wave, at, reason }) => [
    guid,
    waves[wave]?.name ?? '',
    at.slice(11, 19),
    reason,
  ]);
  const heading =
    all.length > told.length ? `The last ${told.length} of ${all.length} failures:` : 'Failures:';
  return ['', heading, table(['APP', 'WAVE', 'AT', 'WHY'], rows)];
}

/** What whoever looks can do about it. */
function adviceOf({ phase, stack, pending }: StatusReport): string[] {
  if (pending) return [];
  if (phase === 'AwaitingApproval') return ['', `To go on: dropstack rollout approve ${stack}`];
  if (phase === 'Paused') return ['', `To go on: dropstack rollout resume ${stack}`];
  if (phase !== 'Halted') return [];
  return [
    '',
    `To go on all the same: dropstack rollout resume ${stack}; to go back: dropstack rollout undo ${stack}`,
  ];
}
