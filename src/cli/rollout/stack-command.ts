import type { Command } from 'commander';
import { onKubernetes, type KubernetesOptions } from '../kubernetes-options.ts';
import { outputOption } from '../options.ts';
import type { Format } from '../print.ts';

export type StackOptions = KubernetesOptions & { output: Format };

/** A subcommand that works on a `Stack`, and asks no facade. */
export function stackCommand(parent: Command, usage: string): Command {
  return onKubernetes(parent.command(usage)).addOption(outputOption());
}
