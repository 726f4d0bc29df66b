import { isFailure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import type { Package } from '../../rootfs/contents/contents.ts';
import { appsOfStack } from '../../rollout/control/apps-of-stack.ts';
import { paths } from '../../rollout/control/cluster.ts';
import { Identities } from '../../rollout/control/identities.ts';
import { exposureOf, type Exposure } from '../../rollout/exposure/exposure.ts';
import { packagesOf, parsePackageQuery, type PackageQuery } from '../../rollout/exposure/package-query.ts';
import { parseRunningPod, type RunningPod } from '../../rollout/exposure/running-pod.ts';
import { gatherApps } from '../../rollout/fleet/gather-apps.ts';
import { readStack } from '../../rollout/drive/read-stack.ts';
import { runningOf, versionOf } from '../../rollout/fleet/identity.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import { withOperator } from '../connect.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';
import type { FacadeOptions } from '../options.ts';
import { print } from '../print.ts';
import { withApi } from '../rollout/with-api.ts';
import { describeExposure } from './describe-exposure.ts';

type ExposureFlags = FacadeOptions & KubernetesOptions & { package?: string; all?: boolean };

/** Some pods are exposed; none is proven to be, but of some it is not known. */
const codes = { exposed: 3, unknown: 4 } as const;

/** `dropstack exposure` */
export async function showExposure(stack: string, flags: ExposureFlags): Promise<void> {
  const query = flags.package === undefined ? undefined : parsePackageQuery(flags.package);
  const exposure = await withApi(flags, (api) =>
    withOperator(flags, (operator) => look(api, operator, stack, query)),
  );
  const told = { stack, at: new Date().toISOString(), ...(query && { package: query }), ...exposure };
  print(flags.output, told, () => describeExposure(stack, exposure, query, flags.all === true));
  if (query === undefined) return;
  const { exposed, unknown } = exposure.counts;
  if (exposed.pods > 0) process.exitCode = codes.exposed;
  else if (unknown.pods > 0) process.exitCode = codes.unknown;
}

async function look(
  api: Api,
  operator: Operator,
  name: string,
  query: PackageQuery | undefined,
): Promise<Exposure> {
  const { registries } = (await readStack(api, name)).spec;
  const ours = new Set(registries);
  const { items } = await api.list(paths.pods, (object) => parseRunningPod(object, ours));
  const identities = new Identities(operator);
  await identities.learn([{ pods: items.map(({ pod }) => pod) }], Date.now());
  const running = await ofStack(name, items, operator, identities);
  if (query === undefined) return exposureOf(running, identities.identify, undefined);
  const versions = new Set(
    running.flatMap(({ pod }) => versionOf(runningOf(pod, identities.identify)) ?? []),
  );
  return exposureOf(running, identities.identify, await meant(operator, name, [...versions], query));
}

/** Those that run the stack, and those of its apps that nothing is proven of. */
async function ofStack(
  name: string,
  items: readonly RunningPod[],
  operator: Operator,
  identities: Identities,
): Promise<RunningPod[]> {
  // Tasks run a rootfs as any other pod does.
  const pods = items.map(({ pod }) => ({ ...pod, isTask: false }));
  const record = await operator.rootfs.stack(name);
  const apps = await appsOfStack(name, gatherApps({ pods, workloads: [], budgets: [] }), record, identities);
  return items.filter(({ pod }) => {
    const found = runningOf(pod, identities.identify);
    if (typeof found !== 'string') return found.stack === name;
    return pod.containers.some(({ image }) => apps.has(image.guid));
  });
}

async function meant(
  { rootfs }: Operator,
  stack: string,
  versions: readonly string[],
  query: PackageQuery,
): Promise<Map<string, readonly Package[] | undefined>> {
  const found = new Map<string, readonly Package[] | undefined>();
  for (const version of versions) {
    try {
      found.set(version, packagesOf(await rootfs.contents(stack, version), query));
    } catch (error) {
      if (!isFailure(error, 'not-found')) throw error;
      found.set(version, undefined);
    }
  }
  return found;
}
