import test from 'ava';
import { Failure } from '../../../src/errors.ts';
import { AuditLog } from '../../../src/operator/audit/audit-log.ts';
import { noting } from '../../../src/operator/audit/noting.ts';
import { MemoryStore } from '../../helpers/memory-store.ts';

const deed = { action: 'promote', stack: 'fs', version: '1' } as const;
const fails = (code: 'unavailable' | 'conflict') => async (): Promise<never> => {
  throw new Failure(code, `it is ${code}`);
};

/** A log whose store answers when it is told to, and what was heard of its entries. */
function slowLog(patienceMs: number) {
  const { promise: answers, resolve: answer } = Promise.withResolvers<void>();
  const log = new AuditLog(new MemoryStore({ before: () => answers }), Date.now, patienceMs);
  const heard: string[] = [];
  const kept = Promise.withResolvers<void>();
  log.watch(({ outcome }) => {
    heard.push(outcome);
    kept.resolve();
  });
  log.watchLate(({ outcome }) => heard.push(`late: ${outcome}`));
  return { note: noting(log, { user: 'somebody' }), heard, answer, kept: kept.promise };
}

test('who has failed hears so before the store has the entry', async (t) => {
  const { note, heard, answer, kept } = slowLog(3_600_000);
  await t.throwsAsync(note(deed, fails('unavailable')), { message: 'it is unavailable' });
  t.deepEqual(heard, []);
  answer();
  await kept;
  t.deepEqual(heard, ['failed']);
});

test('who has changed something waits for the entry, but not for ever, which is told', async (t) => {
  const { note, heard, answer, kept } = slowLog(50);
  t.is(await note(deed, async () => 'done'), 'done');
  t.deepEqual(heard, ['late: done']);
  answer();
  await kept;
  t.deepEqual(heard, ['late: done', 'done']);
});

test('who is refused waits for the entry, as who has changed something', async (t) => {
  const { note, heard, answer } = slowLog(3_600_000);
  let isOver = false;
  const refused = t.throwsAsync(note(deed, fails('conflict')).finally(() => (isOver = true)));
  await new Promise(setImmediate);
  t.false(isOver);
  answer();
  await refused;
  t.deepEqual(heard, ['refused']);
});
