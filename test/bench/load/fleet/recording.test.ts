import test from 'ava';
import { array, assert, constantFrom, integer, option, property, record } from 'fast-check';
import { mergeParts } from '../../../../bench/load/fleet/merge-parts.ts';
import { kinds } from '../../../../bench/load/fleet/observed.ts';
import { createRecording, type SeenRequest } from '../../../../bench/load/fleet/recording.ts';

const second = 1000;

const request = record({
  kind: constantFrom(...kinds),
  begunMs: integer({ min: 0, max: 5 * second }),
  tookMs: integer({ min: 1, max: 5 * second }),
  bytes: integer({ min: 0, max: 1e6 }),
  error: option(constantFrom('503', 'ECONNRESET'), { nil: undefined }),
}).map(({ tookMs, ...seen }): SeenRequest => ({
  ...seen,
  firstByteMs: seen.begunMs + tookMs / 2,
  endMs: seen.begunMs + tookMs,
}));

test('Several processes together saw what one would have seen', (t) => {
  assert(
    property(array(request), array(request), (some, others) => {
      const parts = [some, others].map((seen) => recordingOf(seen).written());
      const { cpuSeconds: _, ...merged } = mergeParts(parts, 0);
      const { cpuSeconds: __, ...whole } = mergeParts([recordingOf([...some, ...others]).written()], 0);
      t.is(JSON.stringify(merged), JSON.stringify(whole));
    }),
    { numRuns: 25 },
  );
});

test('Times come out as they went in, to three digits, and up to an hour', (t) => {
  const recording = createRecording(0);
  recording.pull(0, 1234);
  recording.pull(0, 3_600_000);
  recording.pull(0, 7_200_000);
  const { pull } = mergeParts([recording.written()], 0);
  t.true(Math.abs(pull.getValueAtPercentile(33) / 1_234_000 - 1) < 0.001);
  t.true(Math.abs(pull.maxValue / 3_600_000_000 - 1) < 0.001);
});

test('Seconds count from the first start that was due', (t) => {
  const recording = createRecording(50);
  recording.pull(1050, 3550);
  const observed = mergeParts([recording.written()], 1000);
  t.is(observed.seconds, 2.5);
  t.deepEqual(
    observed.timeline.map(({ pulls }) => pulls),
    [0, 0, 0, 1],
  );
});

test('There are at most a hundred reasons', (t) => {
  const parts = [0, 1].map((part) => {
    const recording = createRecording(0);
    for (let at = 0; at < 150; at++) recording.pull(0, 1, `reason ${part} ${at}`);
    return recording.written();
  });
  const { reasons, failed } = mergeParts(parts, 0).pulls;
  t.is(Object.keys(reasons).length, 100);
  t.is(
    Object.values(reasons).reduce((sum, count) => sum + count, 0),
    failed,
  );
});

function recordingOf(seen: readonly SeenRequest[]): ReturnType<typeof createRecording> {
  const recording = createRecording(0);
  for (const one of seen) recording.request(one);
  return recording;
}
