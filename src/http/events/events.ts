import type { Context } from 'koa';
import { Failure } from '../../errors.ts';
import { clientOf } from '../access.ts';
import { Shares } from '../shares.ts';
import { Feed, type FeedParts } from './feed.ts';
import { Hub, type Listener } from './hub.ts';

/** An API for people: a dashboard in each of some windows. */
const mostListeners = 64;
/** of them, of a user at an address: a script that never closes one leaves room for others */
const mostOfOne = 32;
/** bytes that one who reads too slowly may leave with us */
const mostUnread = 1024 * 1024;
const beatMs = 15_000;

/** Sends events to whoever asks for them, for as long as they stay. */
export class Events {
  readonly #hub = new Hub();
  readonly #shares = new Shares(mostOfOne);
  readonly #feed: Feed;
  readonly #beat: NodeJS.Timeout;
  /** changes when somebody may no longer listen */
  #term = 0;
  #isClosed = false;

  constructor(parts: FeedParts) {
    this.#feed = new Feed(this.#hub, parts);
    this.#beat = setInterval(() => this.#hub.beat(), beatMs).unref();
  }

  /**
   * Answers with events.
   * @param lastId that of the last event that the client had
   * @throws Failure `busy` where too many listen, or others may since it was asked; `unavailable` after the end
   */
  async send(ctx: Context, lastId: string | undefined): Promise<void> {
    const head = {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    };
    if (ctx.method === 'HEAD') {
      ctx.status = 200;
      ctx.set(head);
      return;
    }
    const client = clientOf(ctx);
    this.#requireRoom(client);
    const term = this.#term;
    await this.#feed.begin();
    if (term !== this.#term)
      throw new Failure('busy', 'Who may listen has just changed: ask again', { retryAfter: 1 });
    // Others came meanwhile.
    this.#requireRoom(client);
    const { res } = ctx;
    if (res.closed) return;
    ctx.respond = false;
    res.writeHead(200, head);
    const listener: Listener = {
      write: (text) => {
        if (res.destroyed) return;
        res.write(text);
        if (res.writableLength > mostUnread) res.destroy();
      },
      end: () => res.end(),
    };
    this.#shares.take(client);
    res.once('close', () => {
      this.#hub.remove(listener);
      this.#shares.giveBack(client);
    });
    this.#hub.add(listener, lastId);
  }

  /** Ends all answers, since users or grants have changed: whoever may still listen comes back, and has missed nothing. */
  askAgain(): void {
    this.#term++;
    this.#hub.endAll();
  }

  /** Ends all answers at once: who stops serving would wait for them for ever. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#feed.end();
    this.#hub.endAll();
  }

  #requireRoom(client: string): void {
    if (this.#isClosed)
      throw new Failure('unavailable', 'This facade is stopping: ask again, another one will answer');
    const isFull = this.#hub.size >= mostListeners;
    if (isFull || this.#shares.isFull(client)) {
      const who = isFull ? `${mostListeners} listen` : `You listen ${mostOfOne} times`;
      throw new Failure('busy', `${who} to events already: close a window, or ask again`, { retryAfter: 30 });
    }
  }
}
