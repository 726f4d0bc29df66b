import { randomBytes } from 'node:crypto';
import type { EventKind } from '../../api/events.ts';

/** One who listens. What is written to it is kept by it, and it sees to it that this is not too much. */
export interface Listener {
  write(text: string): void;
  end(): void;
}

/** What who comes back may have missed: so many events, and characters of them, which are sent in one go. */
const remembered = { events: 1_000, characters: 256 * 1024 };

/**
 * Gives events to all who listen, as Server-Sent Events (WHATWG HTML, "Server-sent events"). What happened is numbered and
 * remembered for a while; figures are not, since the next ones tell as much.
 */
export class Hub {
  readonly #listeners = new Set<Listener>();
  #ring: string[] = [];
  #characters = 0;
  /** numbers of different lives are never compared */
  #life = lifeName();
  /** of the latest event, and of the one before the first of the ring */
  #last = 0;

  get size(): number {
    return this.#listeners.size;
  }

  /** From now on nothing is known of what happened before. */
  renew(): void {
    this.#ring = [];
    this.#characters = 0;
    this.#life = lifeName();
  }

  /** @param lastId that of the last event that the listener had; it gets what it missed, or hears that it missed something */
  add(listener: Listener, lastId: string | undefined): void {
    // An id without data is no event, but it is remembered by who reads it.
    listener.write(`retry: 2000\nid: ${this.#id(this.#last)}\n\n`);
    const missed = lastId === undefined ? [] : this.#since(lastId);
    for (const text of missed ?? [frame('reset', {})]) listener.write(text);
    this.#listeners.add(listener);
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** Something happened. */
  publish(kind: EventKind, data: object): void {
    const text = `id: ${this.#id(++this.#last)}\n${frame(kind, data)}`;
    this.#ring.push(text);
    this.#characters += text.length;
    while (this.#ring.length > remembered.events || this.#characters > remembered.characters)
      this.#characters -= this.#ring.shift()?.length ?? 0;
    this.#write(text);
  }

  /** Something is so at this moment. */
  tell(kind: EventKind, data: object): void {
    this.#write(frame(kind, data));
  }

  /** Whoever lies between us and those who listen shall not take the connection for dead. */
  beat(): void {
    this.#write(':\n\n');
  }

  endAll(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  #write(text: string): void {
    for (const listener of this.#listeners) listener.write(text);
  }

  #id(number: number): string {
    return `${this.#life}-${number}`;
  }

  /** Undefined where that is not known any more. */
  #since(lastId: string): string[] | undefined {
    const [life, digits = ''] = lastId.split('-');
    const missed = this.#last - Number(digits);
    if (life !== this.#life || !/^\d{1,15}$/.test(digits) || missed < 0 || missed > this.#ring.length)
      return undefined;
    return this.#ring.slice(this.#ring.length - missed);
  }
}

function lifeName(): string {
  return randomBytes(4).toString('hex');
}

/** JSON has no line breaks. */
function frame(kind: EventKind, data: object): string {
  return `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
