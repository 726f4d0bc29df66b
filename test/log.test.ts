import test from 'ava';
import { createLog, type Log } from '../src/log.ts';

/** What a log of this level has written. */
function written(level: string): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog(level, { write: (line) => void lines.push(line) }), lines };
}

const fields = { path: '/v2/"\n\u2028', status: 200, user: undefined, ms: 0.5 };

test('a line is as the log itself would write it', (t) => {
  const { log, lines } = written('info');
  log.line(fields);
  log.info(fields);
  const [own, usual] = lines.map((line) => ({ ...JSON.parse(line), time: '' }));
  t.deepEqual(own, usual);
  t.deepEqual(Object.keys(own), Object.keys(usual));
  t.true(lines.every((line) => line.indexOf('\n') === line.length - 1));
});

test('a line is of level info', (t) => {
  for (const [level, count] of Object.entries({ debug: 1, info: 1, warn: 0, silent: 0 })) {
    const { log, lines } = written(level);
    log.line(fields);
    t.is(lines.length, count, level);
  }
});
