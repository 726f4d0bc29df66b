import { basic } from '../basic.ts';
import type { Served } from '../serve.ts';

/**
 * Milliseconds between two turns of a timer of 10 ms in the HTTP process, at the 99th percentile, since this was asked the
 * last time: an idle loop has 10 to 11.
 */
export async function loopDelay({ host, admin }: Served): Promise<number> {
  const text = await (
    await fetch(`http://${host}/metrics`, { headers: { authorization: basic(admin) } })
  ).text();
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`The metrics do not tell the delay of the event loop:\n${text}`);
  return Number(seconds) * 1000;
}
