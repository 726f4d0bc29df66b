import test from 'ava';
import { podActions } from '../../../src/rollout/kubernetes/pod-actions.ts';
import { object, send, standIn } from './stand-in.ts';

const pod = { namespace: 'apps', name: 'web-0', uid: 'uid-web-0' };
const budget = { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 1' }] };

test('pressure on an eviction is waited out; a budget is an answer', async (t) => {
  let answers = 0;
  const pressed: number[] = [];
  const { api, asked } = await standIn(
    t,
    (_, response) => {
      if (++answers === 1) send(response, 429, { reason: 'TooManyRequests', message: 'try again' });
      else send(response, 429, { reason: 'TooManyRequests', details: budget }, { 'retry-after': '10' });
    },
    { pressed: (seconds) => pressed.push(seconds) },
  );
  t.deepEqual(await podActions(api).evict(pod), { blocked: 'The disruption budget web needs 1' });
  t.deepEqual([asked.length, pressed], [2, [0]]);
  t.like(asked[0], {
    path: '/api/v1/namespaces/apps/pods/web-0/eviction',
    body: { kind: 'Eviction', deleteOptions: { preconditions: { uid: 'uid-web-0' } } },
  });
});

test('a conflict is thrown where the pod is still the same', async (t) => {
  const { api } = await standIn(t, ({ method }, response) => {
    if (method === 'GET') send(response, 200, object('web-0', 7));
    else send(response, 409, { reason: 'Conflict', message: 'try again' });
  });
  await t.throwsAsync(podActions(api).evict(pod), { code: 'conflict' });
  t.is(await podActions(api).evict({ ...pod, uid: 'another' }), 'gone');
});

test('a pod that changes between the look and its end is spared', async (t) => {
  const { api, asked } = await standIn(t, ({ method }, response) => {
    if (method === 'GET') send(response, 200, object('web-0', 7));
    else send(response, 409, { reason: 'Conflict' });
  });
  t.is(await podActions(api).remove(pod, () => true), 'spared');
  t.deepEqual(asked[1]?.body, { preconditions: { uid: 'uid-web-0', resourceVersion: '7' } });
});
