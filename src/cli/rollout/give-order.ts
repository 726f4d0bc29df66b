import type { StackResource } from '../../rollout/stack/resource.ts';
import { changeStack, type Changed } from '../../rollout/drive/change-stack.ts';
import type { Order } from '../../rollout/drive/order.ts';
import { print } from '../print.ts';
import type { StackOptions } from './stack-command.ts';
import { whoAmI } from './who-am-i.ts';
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
    const given = await withApi(flags, async (api) =>
      changeStack(api, name, (stack) => decide(stack, flags), { by: await whoAmI(api), isTrial: dryRun }),
    );
    print(output, { order: what, ...report(given, dryRun) }, () => describe(given, dryRun));
  };
}

/** What was ordered, as JSON. */
export function report({ stack, order, by }: Changed, isTrial: boolean): object {
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
export function describe({ order, by }: Changed, isTrial: boolean): string {
  return `${isTrial ? 'Not done, only tried: ' : ''}${order.said} (by ${by}).${commitAdvice(order)}`;
}
