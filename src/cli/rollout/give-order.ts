import { print } from '../print.ts';
import type { StackResource } from '../../rollout/stack/resource.ts';
import { changeStack } from './change-stack.ts';
import type { Order } from './order.ts';
import type { StackOptions } from './stack-command.ts';
import { withApi } from './with-api.ts';
import { commitAdvice, yamlLines } from './yaml-lines.ts';

type Flags = StackOptions & { dryRun?: boolean; wave?: string };

/** The action of a command that tells a roll something, and what to commit so that it stays told. */
export function giveOrder(
  what: string,
  decide: (stack: StackResource, flags: Pick<Flags, 'wave'>) => Order,
): (name: string, flags: Flags) => Promise<void> {
  return async (name, flags) => {
    const { dryRun = false, output } = flags;
    const given = await withApi(flags, (api) =>
      changeStack(api, name, (stack) => decide(stack, flags), dryRun),
    );
    print(output, { order: what, ...report(given, dryRun) }, () => describe(given, dryRun));
  };
}

export type Given = Awaited<ReturnType<typeof changeStack>>;

/** What was ordered, as JSON. */
export function report({ stack, order, by }: Given, isTrial: boolean): object {
  const { said, spec, annotations } = order;
  const { name } = stack.metadata;
  const roll = stack.status?.roll?.id;
  return {
    stack: name,
    ...(roll === undefined ? {} : { roll }),
    by,
    said,
    ...(isTrial ? { dryRun: true } : {}),
    spec,
    annotations,
    commit: yamlLines(order),
  };
}

/** The same for people. */
export function describe({ order, by }: Given, isTrial: boolean): string {
  return `${isTrial ? 'Not done, only tried: ' : ''}${order.said} (by ${by}).${commitAdvice(order)}`;
}
