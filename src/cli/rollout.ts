import type { Command } from 'commander';
import { onKubernetes } from './kubernetes-options.ts';
import { lazily } from './lazily.ts';
import { facadeCommand } from './options.ts';
import { stackCommand } from './rollout/stack-command.ts';

const trial = ['--dry-run', 'ask the API server whether it would, and change nothing'] as const;
const followed =
  '\nExit codes: 0 completed, or nothing to do; 1 it could not be asked; 2 wrong input; 3 it still goes on;\n' +
  '4 it is paused, halted or waits for approval; 5 apps failed, or it was aborted or rolled back.';

/** `dropstack rollout …` */
export function rolloutCommands(program: Command): void {
  const rollout = program
    .command('rollout')
    .description('plan, begin, follow, stop and take back the rolls of a stack');

  onKubernetes(facadeCommand(rollout, 'plan <stack>'))
    .description('tell what a roll would do, and which apps would break, before anything is touched')
    .option('--version <version>', 'another than the Stack asks for')
    .option('--all', 'list every app, instead of the first few of each list')
    .addHelpText(
      'after',
      '\nExit codes: 0 no app is known to break, 1 it failed, 2 wrong input, 3 apps would break.\n\n' +
        'Example:\n  dropstack rollout plan cflinuxfs4 --version 1.269.0',
    )
    .action(lazily(async () => (await import('./rollout/plan.ts')).showPlan));
  onKubernetes(facadeCommand(rollout, 'start <stack>'))
    .description('have the Stack ask for another version: the patcher rolls its apps there')
    .requiredOption('--version <version>', 'where to')
    .option(
      '--import <reference>',
      'where the facade is to import the version from, if it has none of that name',
    )
    .option('--sha256 <hex>', 'of the manifest that is imported')
    .option('--retry', 'begin anew, though the last roll to this version has completed')
    .option('-w, --watch', 'follow it until it ends')
    .option('--exit-on-stop', 'do not wait while it is paused, halted or waits for approval')
    .option(...trial)
    .addHelpText(
      'after',
      `${followed}\nWithout --watch: 0 done, 1 it failed, 2 wrong input.\n\n` +
        'Example:\n  dropstack rollout start cflinuxfs4 --version 1.269.0 --watch',
    )
    .action(lazily(async () => (await import('./rollout/start.ts')).startRoll));
  onKubernetes(facadeCommand(rollout, 'status <stack>'))
    .description('tell how a roll stands; a facade, where one is given, knows how much is left')
    .option('-w, --watch', 'follow it until it ends')
    .option('--exit-on-stop', 'do not wait while it is paused, halted or waits for approval')
    .addHelpText('after', followed)
    .action(lazily(async () => (await import('./rollout/status.ts')).showStatus));
  orderCommands(rollout);
  stackCommand(rollout, 'history <stack>')
    .description('list the last rolls, newest first')
    .action(lazily(async () => (await import('./rollout/history.ts')).showHistory));
  facadeCommand(rollout, 'receipt <stack> [roll]')
    .description('show what a roll was to do, what it did, and what proves it; the last one that ended')
    .option('--html', 'as a page for people')
    .option('--out <file>', 'into a file')
    .action(lazily(async () => (await import('./rollout/receipt.ts')).showReceipt));
}

function orderCommands(rollout: Command): void {
  stackCommand(rollout, 'pause <stack>')
    .description('begin nothing more; what is on its way arrives')
    .option(...trial)
    .action(ordering('pause'));
  stackCommand(rollout, 'resume <stack>')
    .description('go on, whether it was paused or failures have halted it: those seen so far count no more')
    .option(...trial)
    .action(ordering('resume'));
  stackCommand(rollout, 'approve <stack>')
    .description('let the next wave begin')
    .option('--wave <name>', 'ahead of time: the wave that is approved, when it is through')
    .option(...trial)
    .action(ordering('approve'));
  stackCommand(rollout, 'abort <stack>')
    .description('end the roll; every app stays where it is')
    .option(...trial)
    .action(ordering('abort'));
  stackCommand(rollout, 'undo <stack>')
    .description('take every app back to where the last roll found it')
    .option(...trial)
    .action(ordering('undo'));
}

/** The action of a command that tells a roll something. */
function ordering(what: 'pause' | 'resume' | 'approve' | 'abort' | 'undo') {
  return lazily(async () => {
    const { giveOrder } = await import('./rollout/give-order.ts');
    const { orders } = await import('../rollout/drive/orders.ts');
    return giveOrder(what, (stack, { wave }) => orders[what](stack, wave));
  });
}
