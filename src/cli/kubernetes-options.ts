import type { Command } from 'commander';

export type KubernetesOptions = { kubeconfig?: string; context?: string };

/** Options of commands that work on a cluster. */
export function onKubernetes(command: Command): Command {
  return command
    .optionsGroup('Which cluster:')
    .option('--kubeconfig <file>', 'of kubectl (or KUBECONFIG); in a pod, its service account without it')
    .option('--context <name>', 'of the kubeconfig, if not its current one')
    .optionsGroup('Options:');
}
