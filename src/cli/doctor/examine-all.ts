import type { FacadeOptions } from '../options.ts';
import { print } from '../print.ts';
import { checks } from './checks.ts';
import { examine, type Finding } from './examine.ts';
import { openSite, type SiteOptions } from './site.ts';

/** `dropstack doctor`: tells each finding when it is there; with `-o json` all of them at the end. */
export async function examineAll(options: FacadeOptions & SiteOptions): Promise<void> {
  const site = openSite(options, process.env);
  const findings: Finding[] = [];
  try {
    for await (const finding of examine(checks, site)) {
      findings.push(finding);
      if (options.output === 'text') process.stdout.write(`${describe(finding)}\n`);
    }
  } finally {
    await site.close();
  }
  const counts = countOf(findings);
  print(options.output, { counts, findings }, () => summary(counts));
  if (counts.failure > 0) process.exitCode = 1;
}

const width = Math.max(...checks.map(({ name }) => name.length));

function describe({ level, check, tries, found, mend }: Finding): string {
  const start = `${level.padEnd(7)}  ${check.padEnd(width)}  `;
  const advice = mend === undefined ? '' : `\n${' '.repeat(start.length)}Mend: ${mend}`;
  return `${start}${tries}: ${found}${advice}`;
}

type Counts = Record<Finding['level'], number>;

function countOf(findings: readonly Finding[]): Counts {
  const counts: Counts = { ok: 0, warning: 0, failure: 0, untried: 0 };
  for (const { level } of findings) counts[level]++;
  return counts;
}

function summary({ ok, warning, failure, untried }: Counts): string {
  return `\n${ok} ok, ${warning} warnings, ${failure} failures, ${untried} not tried.`;
}
