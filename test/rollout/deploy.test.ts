import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { stackSpec } from '../../src/rollout/stack/spec.ts';
import { startControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { testWith } from '../helpers/test-with.ts';
import { apiServerTools } from './rollout-tools.ts';

const deploy = join(import.meta.dirname, '../../deploy');
const example = join(deploy, 'examples/stack.yaml');

const withCluster = testWith(...apiServerTools);

withCluster(
  'an API server takes all that is to be applied, and says what is wrong with a Stack',
  async (t) => {
    const { kubectl, apply } = await startControlPlane(t);
    await kubectl('apply', '--server-side', '-f', join(deploy, 'patcher/namespace.yaml'));
    await kubectl('apply', '--server-side', '-f', join(deploy, 'patcher'));
    await kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
    await kubectl('apply', '--server-side', '-f', example);
    const { stdout } = await kubectl('get', 'stacks', '--no-headers');
    t.regex(stdout, /^cflinuxfs4\s+1\.268\.0/);
    const wrong = async (rollout: object): Promise<string> => {
      const spec = { rootfs: { version: '1.0' }, registries: ['r'], rollout };
      const stack = { apiVersion: 'dropstack.dev/v1alpha1', kind: 'Stack', metadata: { name: 'a' }, spec };
      const error = await t.throwsAsync<Error & { stderr?: string }>(apply(stack));
      return `${error.message} ${error.stderr ?? ''}`;
    };
    t.regex(await wrong({ onFailure: 'explode' }), /spec\.rollout\.onFailure/);
    t.regex(await wrong({ soak: '10' }), /spec\.rollout\.soak/);
    t.regex(await wrong({ maxInFlight: { apps: 0 } }), /spec\.rollout\.maxInFlight\.apps/);
    t.regex(await wrong({ waves: [{ apps: 'auto', percent: 3 }] }), /a wave has either apps or percent/);
  },
);

test('the example says the defaults', async (t) => {
  const { spec } = parse(await readFile(example, 'utf8')) as {
    spec: { rootfs: object; registries: string[] };
  };
  const { rootfs, registries } = spec;
  t.deepEqual(stackSpec.parse(spec), stackSpec.parse({ rootfs, registries }));
});
