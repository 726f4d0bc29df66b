import { setting } from './figures/setting.ts';
import type { Report } from './report.ts';
import { contestText } from './text/contest-text.ts';
import { wrapped } from './text/lines.ts';
import { scenarioText } from './text/scenario-text.ts';

/** A report for a terminal: plain lines of 120 characters at most, whatever names and reasons hold. */
export function textOf(report: Report): string {
  const { version, begun, scenarios, contest } = report;
  const head = [`dropstack ${version}, load of ${begun}`, ...setting(report)].flatMap((line) =>
    wrapped(line),
  );
  const parts = [head, ...scenarios.map(scenarioText), contestText(contest)];
  const text = parts.filter((lines) => lines.length > 0).map((lines) => `${lines.join('\n')}\n`);
  // Half a character is left where a line ended within it, or was there before.
  return text.join('\n').toWellFormed();
}
