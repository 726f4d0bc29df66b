import test, { type ExecutionContext } from 'ava';
import { annotation } from '../../../src/rollout/stack/resource.ts';
import { changeStack } from '../../../src/rollout/drive/change-stack.ts';
import { orders } from '../../../src/rollout/drive/orders.ts';
import { rolling as status } from '../../cli/rollout-stack.ts';
import { object, send, standIn } from '../kubernetes/stand-in.ts';

type Body = { metadata: { annotations: Record<string, string>; resourceVersion: string }; spec: object };

const how = { by: 'alice', isTrial: false };

/**
 * A `Stack` in a roll, as an API server keeps it.
 * @param losing answers to patches, which are done all the same
 * @param other an annotation that somebody else writes before the first patch
 */
async function server(t: ExecutionContext, { losing = 0, other }: { losing?: number; other?: string }) {
  let [version, lost, written] = [7, 0, other];
  let spec: object = { rootfs: { version: '2.0' }, registries: ['registry.test'] };
  let annotations: Record<string, string> = {};
  const { api, asked } = await standIn(t, ({ method, body }, response) => {
    if (method === 'PATCH') {
      const patch = body as Body;
      if (written !== undefined) {
        annotations = { ...annotations, [annotation.by]: written };
        spec = { ...spec, paused: true };
        version++;
        written = undefined;
      }
      if (patch.metadata.resourceVersion !== String(version))
        return send(response, 409, { reason: 'Conflict', message: 'it has changed' });
      spec = { ...spec, ...patch.spec };
      annotations = { ...annotations, ...patch.metadata.annotations };
      version++;
      if (lost++ < losing) return void response.destroy();
    }
    const { metadata } = object('cflinuxfs4', version) as { metadata: object };
    send(response, 200, { metadata: { ...metadata, generation: 1, annotations }, spec, status });
  });
  return { api, patches: () => asked.filter(({ method }) => method === 'PATCH').length };
}

test('an order whose answer is lost is done, and not refused as one that came twice', async (t) => {
  const { api, patches } = await server(t, { losing: 1 });
  const { order, stack } = await changeStack(api, 'cflinuxfs4', (found) => orders.pause(found), how);
  t.deepEqual(order.spec, { paused: true });
  t.false(stack.spec.paused, 'as it was then');
  t.is(patches(), 2);
});

test('what somebody else has done meanwhile is not taken for it', async (t) => {
  const { api } = await server(t, { other: 'bob' });
  await t.throwsAsync(
    changeStack(api, 'cflinuxfs4', (found) => orders.pause(found), how),
    { code: 'conflict', message: /is paused already/ },
  );
});
