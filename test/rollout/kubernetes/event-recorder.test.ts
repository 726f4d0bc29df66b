import test from 'ava';
import { EventRecorder } from '../../../src/rollout/kubernetes/event-recorder.ts';
import { send, standIn } from './stand-in.ts';

const stack = { apiVersion: 'dropstack.dev/v1alpha1', kind: 'Stack', name: 'cflinuxfs4', uid: 'u' };
const text = (note: string) => ({ type: 'Normal', reason: 'WaveStarted', action: 'Roll', note }) as const;

test('the same is said once a minute', async (t) => {
  const { api, asked } = await standIn(t, (_, response) => send(response, 201, {}));
  let now = 1_000;
  const events = new EventRecorder(api, { instance: 'patcher-0', clock: () => now });
  for (const at of [1_000, 2_000, 60_000, 62_000]) {
    now = at;
    events.record(stack, text('wave 1'));
    events.record(stack, text('wave 2'));
  }
  events.record({ ...stack, uid: 'another' }, text('wave 1'));
  await events.flush();
  t.is(asked.length, 5);
});

test('a flood is cut, and told of', async (t) => {
  const { api, asked } = await standIn(t, (_, response) => send(response, 201, {}));
  let now = 1_000;
  const events = new EventRecorder(api, { instance: 'patcher-0', clock: () => now });
  for (let i = 0; i < 200; i++) events.record(stack, text(`app ${i} failed`));
  t.is(events.dropped, 150);
  now = 5_000;
  for (let i = 200; i < 210; i++) events.record(stack, text(`app ${i} failed`));
  await events.flush();
  t.is(asked.length, 52);
  t.is(events.dropped, 158);
});

test('one that cannot be recorded fails nobody', async (t) => {
  const { api } = await standIn(t, (_, response) => send(response, 403, { message: 'no' }));
  const failures: unknown[] = [];
  const events = new EventRecorder(api, { instance: 'x', onFailure: (error) => failures.push(error) });
  events.record(stack, text('a'));
  await events.flush();
  t.is(failures.length, 1);
});

test('a long note is cut between characters', async (t) => {
  const { api, asked } = await standIn(t, (_, response) => send(response, 201, {}));
  const events = new EventRecorder(api, { instance: 'x' });
  for (const shift of ['', 'a', 'aa']) events.record(stack, text(`${shift}${'€'.repeat(1000)}`));
  await events.flush();
  for (const { body } of asked) {
    const { note } = body as { note: string };
    t.true(Buffer.byteLength(note) <= 1024 && Buffer.byteLength(note) > 1015);
    t.regex(note, /^a*€+…$/);
  }
});
