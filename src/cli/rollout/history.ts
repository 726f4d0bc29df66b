import type { PastRoll, Roll, StackStatus } from '../../rollout/stack/status.ts';
import { readStack } from '../../rollout/drive/read-stack.ts';
import { print, table } from '../print.ts';
import { lasting } from './lasting.ts';
import type { StackOptions } from './stack-command.ts';
import { withApi } from './with-api.ts';

type Row = Omit<PastRoll, 'endedAt' | 'outcome'> & { endedAt?: string; outcome: string };

/** `dropstack rollout history` */
export async function showHistory(name: string, flags: StackOptions): Promise<void> {
  const { status } = await withApi(flags, (api) => readStack(api, name));
  const rows = status === undefined ? [] : rowsOf(status);
  print(flags.output, rows, () => describe(rows));
}

function rowsOf({ roll, history, phase }: StackStatus): Row[] {
  return roll === undefined || roll.endedAt !== undefined ? history : [current(roll, phase), ...history];
}

function current({ id, kind, from, to, startedAt, counts }: Roll, outcome: string): Row {
  return { id, kind, ...(from === undefined ? {} : { from }), to, startedAt, outcome, counts };
}

function describe(rows: readonly Row[]): string {
  return table(
    ['ROLL', 'KIND', 'FROM', 'TO', 'BEGAN', 'TOOK', 'OUTCOME', 'APPS', 'DONE', 'FAILED', 'SKIPPED'],
    rows.map(({ id, kind, from = '', to, startedAt, endedAt, outcome, counts }) => [
      id,
      kind,
      from,
      to,
      startedAt,
      endedAt === undefined ? '' : lasting((Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
      outcome,
      ...[counts.apps, counts.done, counts.failed, counts.skipped].map(String),
    ]),
    'Nothing was rolled here yet.',
  );
}
