import { Failure } from '../errors.ts';
import { errorOf, outcomeOf, type Outcome } from './outcome.ts';

/** What a process may be asked, by name; values and answers are plain data. */
export type Answers = { [name: string]: (value: never) => Promise<unknown> };

/** An IPC channel as Node has it: of a child, or of the process itself. */
type End = NodeJS.EventEmitter & {
  connected: boolean;
  send?: (message: object, callback: (error: Error | null) => void) => boolean;
};

/** `to`: the number of the question that is answered. */
type Message<Value> = { ask: number; name: string; value: Value } | { to: number; outcome: Outcome<Value> };

/** What a name stands for is known to both ends, and not to what lies between them. */
type Received = Message<never>;

type Asked = { resolve: (value: never) => void; reject: (error: unknown) => void };

/** Questions to the process at the other end, and answers to its own. What is thrown there is thrown here. */
export class Channel<Theirs extends Answers> {
  readonly #name: string;
  readonly #end: End;
  readonly #ours: Answers;
  readonly #asked = new Map<number, Asked>();
  #count = 0;

  /** @param name of the other process, for errors */
  constructor(name: string, end: End, ours: Answers) {
    this.#name = name;
    this.#end = end;
    this.#ours = ours;
    end.on('message', (message: Received) => {
      if ('to' in message) this.#settle(message.to, message.outcome);
      else void this.#answer(message.ask, message.name, message.value);
    });
    end.on('disconnect', () => {
      for (const { reject } of this.#asked.values()) reject(this.#gone());
    });
  }

  /**
   * @param patienceMs milliseconds after which it is too late for an answer; any time without it
   * @throws what is thrown there; Failure `unavailable` when the other process has gone, goes before it answers, or is late
   */
  async ask<Name extends keyof Theirs & string>(
    name: Name,
    value: Parameters<Theirs[Name]>[0],
    patienceMs?: number,
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    const id = this.#count++;
    const answer = Promise.withResolvers<Awaited<ReturnType<Theirs[Name]>>>();
    this.#asked.set(id, answer);
    this.#send({ ask: id, name, value }, () => answer.reject(this.#gone()));
    const timer =
      patienceMs === undefined
        ? undefined
        : setTimeout(() => answer.reject(this.#late(patienceMs)), patienceMs);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  #settle(id: number, outcome: Outcome<never>): void {
    const asked = this.#asked.get(id);
    if ('value' in outcome) asked?.resolve(outcome.value);
    else asked?.reject(errorOf(outcome));
  }

  async #answer(id: number, name: string, value: never): Promise<void> {
    const answer = this.#ours[name];
    const outcome = await outcomeOf(() => {
      if (answer === undefined) throw new Error(`Nobody answers to ${name}`);
      return answer(value);
    });
    // Who has asked may be gone.
    this.#send({ to: id, outcome }, () => undefined);
  }

  #send(message: Message<unknown>, onFailure: () => void): void {
    if (!this.#end.connected || this.#end.send === undefined) onFailure();
    else this.#end.send(message, (error) => error !== null && onFailure());
  }

  #gone(): Failure {
    return new Failure('unavailable', `${this.#name} of dropstack has gone: try again`);
  }

  #late(ms: number): Failure {
    return new Failure(
      'unavailable',
      `${this.#name} of dropstack has not answered within ${ms / 1000} s: try again`,
    );
  }
}
