import type { Command } from 'commander';
import { checks } from './doctor/checks.ts';
import { examine, type Finding } from './doctor/examine.ts';
import { openSite, type SiteOptions } from './doctor/site.ts';
import { onKubernetes } from './kubernetes-options.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { print } from './print.ts';

/** `dropstack doctor` */
export function doctorCommand(program: Command): void {
  onKubernetes(facadeCommand(program, 'doctor'))
    .description('try what the facade and the patcher need, and say what to mend; it leaves nothing behind')
    .option('--image <reference>', 'what to pull, as cloudfoundry/<guid>:<hash>; else a promoted rootfs')
    .option('--namespace <name>', "where the patcher's lease lies", 'dropstack')
    .option('--service-account <name>', 'whose rights to look at, as dropstack:dropstack-patcher; else yours')
    .addHelpText(
      'after',
      '\nIt tries what it is given: the configuration, a facade that runs (of the configuration, if not named), a cluster.\n' +
        'Exit codes: 0 nothing fails, 1 something does, 2 wrong input.\n\n' +
        'Examples:\n' +
        '  dropstack doctor --config /etc/dropstack/dropstack.yml\n' +
        '  dropstack doctor --server https://registry.example.org --user kubelet --image cloudfoundry/<guid>:<hash>\n' +
        '  dropstack doctor --kubeconfig ~/.kube/config --service-account dropstack:dropstack-patcher',
    )
    .action(examineAll);
}

async function examineAll(options: FacadeOptions & SiteOptions): Promise<void> {
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
