import test from 'ava';
import { describePlan } from '../../src/cli/rollout/describe-plan.ts';
import { describeStatus } from '../../src/cli/rollout/describe-status.ts';
import { lasting } from '../../src/cli/rollout/lasting.ts';
import { newsTeller } from '../../src/cli/rollout/news.ts';
import { redrawer } from '../../src/cli/rollout/redraw.ts';
import { timeLeft } from '../../src/rollout/drive/time-left.ts';
import { rolloutPlan } from '../../src/rollout/plan/plan.ts';
import { stackSpec } from '../../src/rollout/stack/spec.ts';
import type { Roll, StackStatus } from '../../src/rollout/stack/status.ts';
import { receiptOf } from '../rollout/receipt/receipts.ts';
import { roll } from './rollout-stack.ts';

const none = { apps: 0, waiting: 0, moving: 0, done: 0, failed: 0, skipped: 0 };
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const now = (seconds: number): number => Date.parse(at(seconds));

const { rollout: spec } = stackSpec.parse({
  rootfs: { version: '2.0' },
  registries: ['r'],
  rollout: {
    soak: '10m',
  },
});

/** Ten canaries took 100 s; the second wave, of 90, has 30 behind it after 200 s. */
const going: Roll = {
  ...roll,
  waves: [
    {
      name: 'canary',
      counts: { ...none, apps: 10, done: 9, failed: 1 },
      startedAt: at(0),
      settledAt: at(100),
      finishedAt: at(700),
    },
    {
      name: '9%',
      pauseSeconds: 1200,
      counts: { ...none, apps: 90, done: 30, moving: 20, waiting: 40 },
      startedAt: at(700),
    },
    { name: 'rest', counts: none },
  ],
};

test('time left is told by the pace so far, and by the soaks to come', (t) => {
  // 40 apps in 300 s; 60 are left of this wave, and 900 after it.
  t.is(timeLeft(going, spec, [10, 90, 900], now(900)), (960 * 300) / 40 + 1200 + 600);
  t.is(timeLeft(going, spec, undefined, now(900)), (60 * 300) / 40 + 1200);
  t.is(timeLeft({ ...going, endedAt: at(900) }, spec, undefined, now(900)), undefined);
  const begun: Roll = {
    ...going,
    waves: [{ name: 'canary', counts: { ...none, apps: 5, moving: 5 }, startedAt: at(0) }],
  };
  t.is(timeLeft(begun, spec, undefined, now(10)), undefined, 'there is no pace yet');
  const watched = {
    name: 'canary',
    counts: { ...none, apps: 10, done: 10 },
    startedAt: at(0),
    settledAt: at(100),
  };
  t.is(timeLeft({ ...going, waves: [watched] }, spec, undefined, now(400)), 300);
});

test('a view is drawn over itself in one write, and cut to the terminal', (t) => {
  const texts: string[] = [];
  const draw = redrawer({ isTTY: true, columns: 6, rows: 4, write: (text) => texts.push(text) });
  draw(['a long line', 'b', 'c', 'never seen']);
  draw(['d']);
  draw(['e', 'f']);
  t.deepEqual(texts, [
    '\ra lon\u001B[K\nb\u001B[K\nc\u001B[K\n\u001B[J',
    '\u001B[3A\rd\u001B[K\n\u001B[J',
    '\u001B[1A\re\u001B[K\nf\u001B[K\n\u001B[J',
  ]);
});

/** Of a roll that goes on. */
function status(message: string, failures: Roll['failures'] = []): StackStatus {
  return {
    phase: 'Rolling',
    message,
    observedGeneration: 1,
    roll: { ...going, failures },
    history: [],
    conditions: [],
  };
}

test('a terminal that tells no size gets whole lines', (t) => {
  const texts: string[] = [];
  const stream = { isTTY: true, columns: 0, rows: 0, write: (text: string) => texts.push(text) };
  redrawer(stream)(['a line', 'b']);
  t.deepEqual(texts, ['\ra line\u001B[K\nb\u001B[K\n\u001B[J']);
});

test('news are told at once, progress every ten seconds, and the last word always', (t) => {
  const tell = newsTeller();
  const failure = { guid: 'app-1', reason: 'it crashes\n\u001B[2J', at: at(0), wave: 0 };
  const time = (seconds: number): string => `${at(seconds).slice(0, 19)}Z Rolling: `;
  t.deepEqual(tell(undefined, new Date(now(0)), false), []);
  t.deepEqual(tell(status('1 done'), new Date(now(0)), false), [`${time(0)}1 done`]);
  t.deepEqual(tell(status('2 done'), new Date(now(5)), false), []);
  t.deepEqual(tell(status('3 done'), new Date(now(11)), false), [`${time(11)}3 done`]);
  t.deepEqual(tell(status('3 done', [failure]), new Date(now(12)), false), [
    `${time(12)}App app-1 failed and goes back: it crashes??[2J`,
  ]);
  t.deepEqual(tell(status('4 done', [failure]), new Date(now(13)), true), [`${time(13)}4 done`]);
  t.deepEqual(tell(status('4 done', [failure]), new Date(now(99)), true), []);
});

test('a view shows each wave, how much is left, and what can be done', (t) => {
  const report = {
    stack: 'cflinuxfs4',
    version: '2.0',
    phase: 'Halted' as const,
    message: 'too many failed',
    pending: false,
    exitCode: 4,
    roll: { ...going, failures: [{ guid: 'app-1', reason: 'it crashes', at: at(60), wave: 0 }] },
    planned: [10, 90, 900],
    secondsLeft: 9000,
  };
  const lines = describeStatus(report, new Date(now(900))).split('\n');
  t.deepEqual(lines.slice(0, 3), [
    `Stack cflinuxfs4: Halted, roll ${roll.id} from 1.0 to 2.0`,
    'too many failed',
    'Began 15 min ago, about 2 h 30 min left at this pace, and what approvals take',
  ]);
  t.true(
    lines.some((line) => line.startsWith('canary  ######################!!  10 ')),
    lines.join('\n'),
  );
  t.true(
    lines.some((line) => line.startsWith('9%      ########>>>>>...........  90 ')),
    lines.join('\n'),
  );
  t.true(
    lines.some((line) => line.startsWith('rest    ........................  900 ')),
    lines.join('\n'),
  );
  t.true(lines.includes('app-1  canary  00:01:00  it crashes'));
  t.regex(lines.at(-1) ?? '', /rollout resume cflinuxfs4; to go back: dropstack rollout undo cflinuxfs4/);
});

test('a plan begins with the apps that would break', (t) => {
  const { plan } = receiptOf('app\u001B[2J');
  const library = { library: 'libfoo.so.1', versions: [], files: ['app/bin/a'] };
  const symbols = { library: 'libbar.so.2', versions: ['BAR_1', 'BAR_2'], files: ['app/bin/b'] };
  const breaking = rolloutPlan.parse({
    ...plan,
    breaks: { count: 12, list: [{ guid: 'breaking', lacks: [library, symbols] }] },
  });
  const text = describePlan(breaking, false);
  t.regex(text, /^12 apps WOULD BREAK on app\?\[2J:\nAPP +LIBRARY +LACKS +NEEDED BY\n/);
  t.regex(
    text,
    /\nbreaking +libfoo\.so\.1 +the library +app\/bin\/a\nbreaking +libbar\.so\.2 +BAR_1 BAR_2 +app\/bin\/b\n/,
  );
  t.regex(text, /… and 11 more/);
  t.false(text.includes('\u001B'));
  t.regex(describePlan({ ...plan, breaks: { count: 0, list: [] } }, false), /^No app would break/);
});

test('times are told as people say them', (t) => {
  const told = [0, 89.4, 90, 3600, 5340, 5400, 7200, 172_800].map(lasting);
  t.deepEqual(told, ['0 s', '89 s', '2 min', '60 min', '89 min', '1 h 30 min', '2 h', '2 days 0 h']);
});
