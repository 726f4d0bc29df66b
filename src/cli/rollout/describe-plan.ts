import type { RolloutPlan } from '../../rollout/plan/plan.ts';
import { bytes, fields, table } from '../print.ts';
import { lasting } from './lasting.ts';
import { printableLines } from '../printable.ts';

/** What is told of each list; the JSON has up to a thousand. */
const few = 10;

/** A plan for people: what would break first. @param all tells every entry of the lists */
export function describePlan(plan: RolloutPlan, all: boolean): string {
  const most = all ? Number.POSITIVE_INFINITY : few;
  const { stack, from, to } = plan;
  const parts = [
    breaksOf(plan, most),
    `Roll of stack ${stack}${from === undefined ? '' : ` from ${from}`} to ${to}, as things are at ${plan.at}`,
    summary(plan),
    table(
      ['WAVE', 'APPS', 'PODS', 'TAKES', 'THEN'],
      plan.waves.map(({ name, apps, pods, seconds, approval }) => [
        name,
        String(apps),
        String(pods),
        lasting(seconds),
        approval ? 'waits for approval' : '',
      ]),
    ),
    listed('Canaries', plan.canaries.length, plan.canaries, most),
    obstaclesOf(plan, most),
    listed(
      'Of one instance without a surge, and so away for a moment',
      plan.interrupted.count,
      plan.interrupted.list,
      most,
    ),
  ];
  return printableLines(parts.filter((part) => part !== '').join('\n\n'));
}

function breaksOf({ breaks: { count, list }, to, unknown }: RolloutPlan, most: number): string {
  if (count === 0) {
    const doubt = unknown.apps + unknown.files > 0 ? ', as far as is known' : '';
    return `No app would break on ${to}${doubt}.`;
  }
  const rows = list
    .slice(0, most)
    .flatMap(({ guid, lacks }) =>
      lacks.map(({ library, versions, files }) => [
        guid,
        library,
        versions.length === 0 ? 'the library' : versions.join(' '),
        files.join(' '),
      ]),
    );
  return [
    `${count} ${count === 1 ? 'app' : 'apps'} WOULD BREAK on ${to}:`,
    table(['APP', 'LIBRARY', 'LACKS', 'NEEDED BY'], rows),
    ...more(count, Math.min(most, list.length)),
  ].join('\n');
}

function summary({ apps, pods, tasks, already, nodes, seconds, unknown }: RolloutPlan): string {
  const { most } = nodes;
  const doubts = [
    unknown.apps > 0 ? `${unknown.apps} apps whose droplets were not converted yet` : '',
    unknown.files > 0 ? `${unknown.files} apps with files that could not be read` : '',
  ].filter((doubt) => doubt !== '');
  return fields([
    ['To roll', `${apps} apps, ${pods} pods on ${nodes.count} nodes`],
    ['Already there', `${already} apps`],
    ['Tasks', tasks === 0 ? undefined : `${tasks}, which are not rolled`],
    ['Not known whether they break', doubts.length === 0 ? undefined : doubts.join(', ')],
    ['To pull', `${bytes(nodes.bytes)} in all, at least`],
    ['New on disks', `${bytes(nodes.diskBytes)} in all`],
    [
      'Fullest node',
      most &&
        `${most.node}: ${most.pods} pods, ${bytes(most.diskBytes)} on disk, ${bytes(most.bytes)} to ${bytes(most.mostBytes)} to pull`,
    ],
    ['Takes at least', `${lasting(seconds)}, and what approvals take`],
  ]);
}

function obstaclesOf({ obstacles: { count, list } }: RolloutPlan, most: number): string {
  if (count === 0) return '';
  const rows = list.slice(0, most).map(({ guid, reason }) => [guid, reason]);
  return [
    `${count} apps cannot be rolled:`,
    table(['APP', 'WHY'], rows),
    ...more(count, Math.min(most, list.length)),
  ].join('\n');
}

function listed(what: string, count: number, list: readonly string[], most: number): string {
  if (count === 0) return '';
  const told = list.slice(0, most);
  return [`${what}: ${count}`, ...told.map((guid) => `  ${guid}`), ...more(count, told.length)].join('\n');
}

function more(count: number, told: number): string[] {
  return count > told ? [`… and ${count - told} more: --all, or -o json`] : [];
}
