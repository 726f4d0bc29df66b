/** A version that nobody has imported: the `Stack` says where it is from, and the facade pulls it before the roll begins. */
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { layerOf, openRegistry } from '../rootfs/pushed.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools, 'docker-registry', 'crane');

withCluster(
  'a version comes from the registry that its source names, and only with the digest that it names',
  async (t) => {
    const guids = ['app-00', 'app-01', 'app-02'];
    const [{ startPatcher, stack, running, served }, registry] = await Promise.all([
      foundation(t, { guids }),
      openRegistry(t),
    ]);
    const digest = await registry.push('stacks/cflinuxfs4:3.0', {
      layers: [await layerOf(await tinyRootfs(t, 'three'))],
    });
    const reference = `${registry.host}/stacks/cflinuxfs4:3.0`;
    startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');

    const wrong = { reference, sha256: '0'.repeat(64) };
    await stack.patch({ spec: { rootfs: { version: '3.0', source: wrong } } });
    const stalled = await stack.until('stalled', ({ conditions }) =>
      conditions.some(({ type, status }) => type === 'Stalled' && status === 'True'),
    );
    t.regex(stalled.conditions.find(({ type }) => type === 'Stalled')?.message ?? '', /sha256|digest/i);
    t.is(stalled.roll, undefined, 'nothing has begun');

    await stack.patch({ spec: { rootfs: { source: { reference, sha256: digest.replace('sha256:', '') } } } });
    await stack.until('completed', ({ phase }) => phase === 'Completed');
    t.deepEqual(new Set([...(await running()).values()].flat()), new Set(['3.0']));
    const versions = await served().ask<{ version: string; promoted: boolean }[]>(
      'rootfs',
      'list',
      'cflinuxfs4',
    );
    t.deepEqual(
      versions.filter(({ promoted }) => promoted).map(({ version }) => version),
      ['3.0'],
    );
  },
);
