import { EventEmitter } from 'node:events';
import test from 'ava';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { Failure, isFailure } from '../../src/errors.ts';
import { Channel, type Answers } from '../../src/processes/channel.ts';

type Half = (value: { of: number }) => Promise<number>;

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Two ends of a channel, as two processes have them: what passes is copied, and comes later. */
function pair<Theirs extends Answers>(theirs: Answers) {
  class End extends EventEmitter {
    connected = true;
    other: End | undefined;
    send(message: object, callback: (error: Error | null) => void): boolean {
      const copy: unknown = JSON.parse(JSON.stringify(message));
      setImmediate(() => {
        callback(null);
        this.other?.emit('message', copy);
      });
      return true;
    }
  }
  const [near, far] = [new End(), new End()];
  [near.other, far.other] = [far, near];
  const cut = (): void => {
    for (const end of [near, far]) {
      end.connected = false;
      end.emit('disconnect');
    }
  };
  const channels = {
    channel: new Channel<Theirs>('Process 7', near, {}),
    other: new Channel('We', far, theirs),
  };
  return { ...channels, cut };
}

test('each question has its own answer, in whichever order they come', async (t) => {
  const turns = Array.from({ length: 10 }, () => Promise.withResolvers<void>());
  const half = async ({ of }: { of: number }): Promise<number> => {
    await turns[of]?.promise;
    return of / 2;
  };
  const { channel } = pair<{ half: Half }>({ half });
  const answers = turns.map((_, of) => channel.ask('half', { of }));
  for (const turn of turns.toReversed()) turn.resolve();
  t.deepEqual(
    await Promise.all(answers),
    turns.map((_, of) => of / 2),
  );
});

test('what is thrown there is thrown here, with all that a failure tells', async (t) => {
  const details = { reason: 'R', expected: 'e', found: 'f', retryAfter: 30 };
  const thrown: Error[] = [
    new Failure('busy', 'Too many', details),
    new DropletRefused('a/b', { rule: 'outside', entry: '../x', offset: 512, detail: 'it leaves' }),
    new TypeError('a bug'),
  ];
  const fail = (at: number): Promise<never> => Promise.reject(thrown[at] ?? new Error('none'));
  const { channel } = pair<{ fail: typeof fail }>({ fail });
  const caught = await Promise.all(
    thrown.map((_, at) => channel.ask('fail', at).catch((error: unknown) => error)),
  );
  t.like(caught[0], { code: 'busy', message: 'Too many', ...details });
  t.true(isFailure(caught[1], 'refused'));
  t.is((caught[1] as Failure).message, thrown[1]?.message ?? '');
  t.false(isFailure(caught[2]));
  t.regex(String(caught[2]), /a bug/);
});

test('who goes, or is late, is named', async (t) => {
  const { channel, cut } = pair<{ never: typeof never }>({ never });
  await t.throwsAsync(channel.ask('never', undefined, 10), {
    message: /^Process 7 of dropstack has not answered within 0\.01 s/,
  });
  const asked = channel.ask('never', undefined);
  cut();
  await t.throwsAsync(asked, { message: /^Process 7 of dropstack has gone/ });
  await t.throwsAsync(channel.ask('never', undefined), { message: /has gone/ });
});
