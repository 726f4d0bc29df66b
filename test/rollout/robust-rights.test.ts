/** What the patcher may do is what it does. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { stallOf } from '../../src/rollout/stack/stall-of.ts';
import type { StackStatus } from '../../src/rollout/stack/status.ts';
import { fleetDroplets } from '../helpers/kubernetes/fleet-droplets.ts';
import { createFleet } from '../helpers/kubernetes/fleet.ts';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);
const rbac = join(import.meta.dirname, '../../deploy/patcher/rbac.yaml');

withCluster('each right that the patcher is given is used, and it asks for no other', async (t) => {
  const home = await tempDir(t);
  const [policy, audit] = [join(home, 'policy.yaml'), join(home, 'audit.log')];
  await writeFile(policy, JSON.stringify(auditPolicy));
  const apiServer = [`--audit-policy-file=${policy}`, `--audit-log-path=${audit}`];
  const found = await foundation(t, {
    guids: ['single', 'failing'],
    rules: [{ guid: 'failing', version: '2.0', neverReady: true }],
    rollout: { surge: true },
    controlPlane: { flags: { apiServer } },
  });
  const { stack, startPatcher, source, api, cluster } = found;
  const apps = await fleetDroplets(source, 'registry.test', ['deployed']);
  const deployments = await createFleet(api, { apps, instances: 2, kind: 'Deployment' });
  await deployments.waitUntilReady();
  const { patcher: role, granted } = await rights();
  const without = (lost: string): Promise<unknown> =>
    cluster.apply({ ...role, rules: role.rules.filter(({ resources }) => !resources.includes(lost)) });

  await without('poddisruptionbudgets');
  const patcher = startPatcher();
  await stack.ask('2.0');
  const blind = await stack.until('blind', (status) => stallOf(status) !== undefined, 120);
  t.regex(stallOf(blind) ?? '', /cannot list resource "poddisruptionbudgets".*grant it by a role/);
  await without('pods/eviction');
  const idle = await stack.until('idle', mayNotEvict, 120);
  t.regex(stallOf(idle) ?? '', /cannot create resource "pods\/eviction".*grant it by a role/);
  t.deepEqual(idle.roll?.failures, []);
  await cluster.apply(role);
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 180);
  t.deepEqual(
    roll?.failures.map(({ guid }) => guid),
    ['failing'],
    patcher.log(),
  );
  await expectRunning(t, found, { single: ['2.0'], failing: ['1.0'], deployed: ['2.0', '2.0'] });
  await patcher.stop();

  const events = (await readFile(audit, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
  t.deepEqual(rightsOf(events.filter(wasRefused)), [
    'create pods/eviction ()',
    'list poddisruptionbudgets (policy)',
  ]);
  t.deepEqual(rightsOf(events.filter((event) => !wasRefused(event))), granted);
});

function mayNotEvict(status: StackStatus): boolean {
  return stallOf(status)?.includes('pods/eviction') ?? false;
}

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', users: ['patcher'] }, { level: 'None' }],
};

type AuditEvent = {
  verb: string;
  objectRef?: { apiGroup?: string; resource: string; subresource?: string };
  responseStatus?: { code: number };
};
type Role = {
  kind: string;
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
};

function wasRefused({ responseStatus }: AuditEvent): boolean {
  return responseStatus?.code === 403;
}

/** Each once, sorted. */
function rightsOf(events: readonly AuditEvent[]): string[] {
  return [...new Set(events.map(rightOf))].toSorted();
}

function rightOf({ verb, objectRef }: AuditEvent): string {
  const { apiGroup = '', resource = '', subresource } = objectRef ?? {};
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} (${apiGroup})`;
}

/** @returns the role that holds in all namespaces, and every single right of all roles, sorted */
async function rights(): Promise<{ patcher: Role; granted: string[] }> {
  const documents = parseAllDocuments(await readFile(rbac, 'utf8')).map((item) => item.toJS() as Role);
  const patcher = documents.find(({ kind }) => kind === 'ClusterRole');
  if (patcher === undefined) throw new Error(`${rbac} has no ClusterRole`);
  const granted = documents
    .filter((document) => 'rules' in document)
    .flatMap(({ rules }) => rules)
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} (${group})`)),
      ),
    );
  return { patcher, granted: granted.toSorted() };
}
