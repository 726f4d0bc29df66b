import type { Owner } from './owner.ts';
import { run } from './run.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

type Target = {
  /** `host:port`, over plain HTTP */
  host: string;
  repository: string;
  /** `name:password` */
  user?: string;
  tags: readonly string[];
  manifests: readonly string[];
  blobs: readonly string[];
  /** Digests of manifests whose referrers are asked for; without it, the referrers API is left out. */
  subjects?: readonly string[];
};

/**
 * Runs the OCI distribution specification's own conformance program, version 1.1, without writing to the registry.
 * @returns how many of its tests passed, how many did not, and its report
 */
export async function conformance(
  owner: Owner,
  target: Target,
): Promise<{ passed: number; failed: number; report: string }> {
  const directory = await tempDir(owner);
  // Its exit code says nothing: it is 0 where it could not begin, and without writing it crashes after its report.
  const { stdout, stderr } = await run(toolPath('conformance'), [], {
    cwd: directory,
    env: { HOME: directory, ...settings(target), OCI_RESULTS_DIR: directory },
    mayFail: true,
  });
  const count = (name: string) => Number(new RegExp(`^ {2}${name}\\.+: +(\\d+)$`, 'm').exec(stdout)?.[1]);
  const [passed, failed] = [count('Pass'), count('FAIL') + count('Error')];
  if (Number.isNaN(passed + failed))
    throw new Error(`The conformance program gave no report:\n${stderr}${stdout}`);
  return { passed, failed, report: stdout };
}

function settings(target: Target): Record<string, string> {
  const { host, repository, user = ':', tags, manifests, blobs, subjects } = target;
  const [name = '', password = ''] = user.split(':');
  const writing = ['PUSH', 'BLOBS_DELETE', 'MANIFESTS_DELETE', 'TAGS_DELETE'];
  return {
    OCI_VERSION: '1.1',
    OCI_TLS: 'disabled',
    OCI_REGISTRY: host,
    OCI_REPO1: repository,
    OCI_USERNAME: name,
    OCI_PASSWORD: password,
    OCI_RO_DATA_TAGS: tags.join(' '),
    OCI_RO_DATA_MANIFESTS: manifests.join(' '),
    OCI_RO_DATA_BLOBS: blobs.join(' '),
    OCI_RO_DATA_REFERRERS: (subjects ?? []).join(' '),
    OCI_API_REFERRER: String(subjects !== undefined),
    ...Object.fromEntries(writing.map((api) => [`OCI_API_${api}`, 'false'])),
  };
}
