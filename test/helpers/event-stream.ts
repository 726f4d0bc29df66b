import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, type Owner } from './owner.ts';

export type SentEvent = { id?: string; event: string; data: Record<string, unknown> };

export type EventStream = {
  status: number;
  headers: Record<string, unknown>;
  /** all that came so far */
  events: SentEvent[];
  /** the last id that was told, with an event or without */
  lastId: () => string | undefined;
  /** Waits for an event that fits, also one that came before. @throws Error when none comes in a minute, or the stream ends */
  next: (what: string, fits: (event: SentEvent) => boolean) => Promise<SentEvent>;
  /** Resolves when the stream is over. */
  ended: Promise<void>;
  /** Reads no more, but stays. */
  pause: () => void;
  close: () => void;
};

/** Listens to a facade's events as a browser does. @param auth `user:password` @param from an address of this machine */
export async function listenTo(
  owner: Owner,
  url: string,
  { lastId, auth, from }: { lastId?: string | undefined; auth?: string; from?: string } = {},
): Promise<EventStream> {
  const head = Promise.withResolvers<{ status: number; headers: Record<string, unknown> }>();
  const ended = Promise.withResolvers<void>();
  const events: SentEvent[] = [];
  let [rest, last, isOver, pause] = ['', lastId, false, () => {}];
  const asked = request(`${url}/api/v1/events`, {
    agent: false,
    headers: lastId === undefined ? {} : { 'Last-Event-ID': lastId },
    ...(auth === undefined ? {} : { auth }),
    ...(from === undefined ? {} : { localAddress: from }),
  });
  const over = (): void => {
    isOver = true;
    ended.resolve();
  };
  asked.once('error', (error) => {
    head.reject(error);
    over();
  });
  asked.once('response', (response) => {
    head.resolve({ status: response.statusCode ?? 0, headers: response.headers });
    pause = () => void response.pause();
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const fields = fieldsOf(frame);
        last = fields.get('id') ?? last;
        const [id, data] = [fields.get('id'), fields.get('data')];
        if (data === undefined) continue;
        const value = JSON.parse(data) as Record<string, unknown>;
        events.push({ ...(id === undefined ? {} : { id }), event: fields.get('event') ?? '', data: value });
      }
    });
    response.once('error', over).once('close', over);
  });
  asked.end();
  atEnd(owner, async () => void asked.destroy());
  return {
    ...(await head.promise),
    events,
    lastId: () => last,
    next: async (what, fits) => {
      for (const until = Date.now() + 60_000; ; await delay(20)) {
        const found = events.find(fits);
        if (found !== undefined) return found;
        if (isOver || Date.now() > until)
          throw new Error(
            `No event ${what} came${isOver ? ' before the end' : ''}: ${JSON.stringify(events)}`,
          );
      }
    },
    ended: ended.promise,
    pause: () => pause(),
    close: () => void asked.destroy(),
  };
}

function fieldsOf(frame: string): Map<string, string> {
  return new Map(
    frame
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => /^(\w+): ?(.*)$/.exec(line))
      .map((match) => [match?.[1] ?? '', match?.[2] ?? ''] as const),
  );
}
