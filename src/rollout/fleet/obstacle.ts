import type { App } from './app.ts';
import type { BudgetsOver } from './budgets-over.ts';
import type { DropletImage } from './droplet-image.ts';
import type { DropletContainer } from './pod.ts';
import type { Workload } from './workload.ts';

/** Why no roll can move an app, in words for its operator; undefined where one can. */
export function obstacleOf(app: App, budgets: BudgetsOver): string | undefined {
  const templates = [...app.workloads, ...app.pods].map(({ containers }) => containers);
  return (
    first(app.workloads, ({ kind, name, isHeld }) =>
      isHeld ? `${kind} ${name} is held by its annotation` : undefined,
    ) ??
    first(templates, fixedImage) ??
    differingDroplets(templates) ??
    first(templates, staleImage) ??
    first(app.pods, ({ name, owner }) => {
      if (owner === undefined) return `pod ${name} has no owner: nothing would make it anew`;
      return owner.kind === 'Node' ? `pod ${name} is static: only its node can restart it` : undefined;
    }) ??
    first(app.workloads, (workload) => forbiddenBy(budgets, workload))
  );
}

/** The API server evicts no pod that two budgets select. */
function forbiddenBy(budgets: BudgetsOver, { namespace, labels }: Workload): string | undefined {
  const [budget, another] = budgets(namespace, labels);
  if (another !== undefined)
    return `disruption budgets ${budget?.name} and ${another.name} both select its pods`;
  return budget?.neverAllows === true ? `disruption budget ${budget.name} can never let a pod go` : undefined;
}

/** What a placement cannot move. */
function fixedImage(containers: readonly DropletContainer[]): string | undefined {
  return first(containers, ({ name, image: { reference } }) => {
    if ('digest' in reference) return `container ${name} names a digest`;
    return reference.pinned === undefined ? undefined : `container ${name} is pinned to ${reference.pinned}`;
  });
}

function differingDroplets(templates: readonly (readonly DropletContainer[])[]): string | undefined {
  const droplets = new Set(templates.flat().map(({ image }) => dropletOf(image)));
  return droplets.size > 1 ? `its containers name ${droplets.size} droplets` : undefined;
}

/** The first container that uses the droplet brings it to the node for the others. */
function staleImage([container]: readonly DropletContainer[]): string | undefined {
  return container === undefined || container.alwaysPulls
    ? undefined
    : `container ${container.name} does not pull Always: it keeps what its node has`;
}

function dropletOf({ guid, stack, reference }: DropletImage): string {
  return [stack ?? '', guid, 'hash' in reference ? reference.hash : reference.digest].join('/');
}

function first<T>(items: readonly T[], why: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = why(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
