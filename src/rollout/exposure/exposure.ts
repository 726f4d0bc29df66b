import type { Package } from '../../rootfs/contents/contents.ts';
import { runningOf, type Identify } from '../fleet/identity.ts';
import type { RunningPod } from './running-pod.ts';

/**
 * What a version is to a question about packages: those that were meant, none, or undefined where nobody knows its
 * packages.
 */
export type Meant = ReadonlyMap<string, readonly Package[] | undefined>;

/** `exposed` and `clear` are proven; without a question every proven pod is clear. */
export type Verdict = 'exposed' | 'clear' | 'unknown';

export type ExposedPod = {
  guid: string;
  namespace: string;
  pod: string;
  node?: string;
  /** undefined where nothing proves one */
  version?: string;
  /** why there is no version: `pending`, `mixed` or `unknown` */
  doubt?: string;
  verdict: Verdict;
  /** when its oldest container was started; or, where its node does not say, when it became ready or ceased to be */
  since: string;
  ready: boolean;
  task: boolean;
  imageId: string;
};

export type VersionExposure = {
  version: string;
  verdict: Verdict;
  pods: number;
  apps: number;
  /** of the pod that has run for longest */
  since: string;
  packages: { name: string; version: string; source?: string }[];
};

/** Which pods run which version, by what their nodes say. Sorted. */
export type Exposure = {
  pods: ExposedPod[];
  versions: VersionExposure[];
  counts: Record<Verdict, { pods: number; apps: number }>;
};

/** @param meant by version; undefined where nothing was asked about packages */
export function exposureOf(
  running: readonly RunningPod[],
  identify: Identify,
  meant: Meant | undefined,
): Exposure {
  const pods = running
    .map((one) => exposedPod(one, identify, meant))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const byVersion = Map.groupBy(
    pods.filter(({ version }) => version !== undefined),
    ({ version = '' }) => version,
  );
  const versions = [...byVersion]
    .map(([version, members]) => versionExposure(version, members, meant?.get(version) ?? []))
    .toSorted((a, b) => b.pods - a.pods || (a.version < b.version ? -1 : 1));
  const count = (wanted: Verdict): { pods: number; apps: number } => {
    const members = pods.filter(({ verdict }) => verdict === wanted);
    return { pods: members.length, apps: appsIn(members) };
  };
  return {
    pods,
    versions,
    counts: { exposed: count('exposed'), clear: count('clear'), unknown: count('unknown') },
  };
}

function exposedPod({ pod, since }: RunningPod, identify: Identify, meant: Meant | undefined): ExposedPod {
  const found = runningOf(pod, identify);
  const isProven = typeof found !== 'string';
  return {
    guid: pod.containers[0]?.image.guid ?? '',
    namespace: pod.namespace,
    pod: pod.name,
    ...(pod.node === undefined ? {} : { node: pod.node }),
    ...(isProven ? { version: found.version } : { doubt: found }),
    verdict: isProven ? verdictOf(found.version, meant) : 'unknown',
    since: since ?? new Date(pod.readinessSince).toISOString(),
    ready: pod.isReady,
    task: pod.isTask,
    imageId: pod.containers[0]?.imageId ?? '',
  };
}

function verdictOf(version: string, meant: Meant | undefined): Verdict {
  if (meant === undefined) return 'clear';
  const packages = meant.get(version);
  if (packages === undefined) return 'unknown';
  return packages.length > 0 ? 'exposed' : 'clear';
}

function versionExposure(
  version: string,
  pods: readonly ExposedPod[],
  packages: readonly Package[],
): VersionExposure {
  const [oldest] = pods.map(({ since }) => since).toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return {
    version,
    verdict: pods[0]?.verdict ?? 'unknown',
    pods: pods.length,
    apps: appsIn(pods),
    since: oldest ?? '',
    packages: packages.map(({ name, version: own, source }) => ({
      name,
      version: own,
      ...(source === undefined ? {} : { source }),
    })),
  };
}

function appsIn(pods: readonly ExposedPod[]): number {
  return new Set(pods.map(({ guid }) => guid)).size;
}

function keyOf({ guid, namespace, pod }: ExposedPod): string {
  return `${guid} ${namespace} ${pod}`;
}
