/** Image IDs as each runtime reports them prove what runs. */
import type { Proof } from '../../src/rollout/judge/proof.ts';
import { basic } from '../helpers/basic.ts';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const named = /^registry\.test\/cloudfoundry\/app-\d\d@sha256:[0-9a-f]{64}$/;

/** By node: each is of another runtime. */
const forms = {
  'node-000': ['containerd 1.6', named],
  'node-001': ['containerd 2', named],
  'node-002': ['CRI-O', /^[0-9a-f]{64}$/],
  'node-003': ['docker', /^docker-pullable:\/\/registry\.test\/cloudfoundry\/app-\d\d@sha256:[0-9a-f]{64}$/],
  'node-004': ['containerd without a repository', /^sha256:[0-9a-f]{64}$/],
} as const;

withCluster('a fleet on nodes of every runtime rolls, and each form is a proof', async (t) => {
  const guids = Array.from({ length: 15 }, (_, at) => `app-${String(at).padStart(2, '0')}`);
  const found = await foundation(t, { guids, rollout: { waves: [{}] } });
  const { startPatcher, stack } = found;
  const patcher = startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask(version);
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed');
  t.is(roll?.counts.done, guids.length, patcher.log());
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, [version]])));
  const { pods } = await proofOf(found, roll?.id ?? '');
  t.is(pods.length, guids.length);
  const byNode = Map.groupBy(pods, ({ node = '' }) => node);
  for (const [node, [runtime, form]] of Object.entries(forms)) {
    const proven = byNode.get(node) ?? [];
    t.true(proven.length > 0, `nothing ran on ${runtime}`);
    for (const pod of proven) {
      t.regex(pod.imageId, form, runtime);
      t.is(pod.version, version);
      t.is(await versionOf(found, pod.guid, pod.imageId), version, runtime);
    }
  }
});

async function proofOf(found: Foundation, roll: string): Promise<Proof> {
  return (await get(found, `/api/v1/stacks/cflinuxfs4/rolls/${roll}/proof-0-000.json`)) as Proof;
}

async function versionOf(found: Foundation, guid: string, imageId: string): Promise<string> {
  const digest = `sha256:${imageId.slice(-64)}`;
  const origin = await get(found, `/api/v1/droplets/${guid}/images/${digest}`);
  return (origin as { rootfs: { version: string } }).rootfs.version;
}

async function get({ served }: Foundation, path: string): Promise<unknown> {
  const { host, admin } = served();
  const answer = await fetch(`http://${host}${path}`, { headers: { authorization: basic(admin) } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
