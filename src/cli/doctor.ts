import type { Command } from 'commander';
import { onKubernetes } from './kubernetes-options.ts';
import { lazily } from './lazily.ts';
import { facadeCommand } from './options.ts';

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
    .action(lazily(async () => (await import('./doctor/examine-all.ts')).examineAll));
}
