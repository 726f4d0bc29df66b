import type { Context } from 'koa';
import { Failure } from '../../errors.ts';
import { Feed, type FeedParts } from './feed.ts';
import { Hub, type Listener } from './hub.ts';

/** An API for people: a dashboard in each of some windows. */
const mostListeners = 64;
/** bytes that one who reads too slowly may leave with us */
const mostUnread = 1024 * 1024;
const beatMs = 15_000;

/** Sends events to whoever asks for them, for as long as they stay. */
export class Events {
  readonly #hub = new Hub();
  readonly #feed: Feed;
  readonly #beat: NodeJS.Timeout;
  #isClosed = false;

  constructor(parts: FeedParts) {
    this.#feed = new Feed(this.#hub, parts);
    this.#beat = setInterval(() => this.#hub.beat(), beatMs).unref();
  }

  /**
   * Answers with events.
   * @param lastId that of the last event that the client had
   * @throws Failure `busy` where too many listen, `unavailable` after the end
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
    this.#requireRoom();
    await this.#feed.begin();
    // Others came meanwhile.
    this.#requireRoom();
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
    res.once('close', () => this.#hub.remove(listener));
    this.#hub.add(listener, lastId);
  }

  /** Ends all answers at once: who stops serving would wait for them for ever. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#feed.end();
    this.#hub.endAll();
  }

  #requireRoom(): void {
    if (this.#isClosed)
      throw new Failure('unavailable', 'This facade is stopping: ask again, another one will answer');
    if (this.#hub.size >= mostListeners) {
      throw new Failure('busy', `${mostListeners} listen to events already: close a window, or ask again`, {
        retryAfter: 30,
      });
    }
  }
}
