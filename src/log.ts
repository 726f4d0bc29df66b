import { pino, type DestinationStream, type Logger } from 'pino';

/** A write for each line would cost a busy server more than all else it does for a request: bytes, milliseconds. */
const batches = { minLength: 8 * 1024, periodicFlush: 50 };

export type Log = Logger & {
  /**
   * A line of level `info` without a message. Its fields are known to hold no credentials, and nobody looks for some: what is
   * written for each request must cost little.
   */
  line: (fields: object) => void;
};

/** One JSON line an event, on standard error or on `destination`. Credentials are cut wherever they could stand. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: ['*.authorization', '*.headers.authorization', '*.password', 'password', 'authorization'],
  };
  const stream = destination ?? pino.destination({ dest: 2, sync: false, ...batches });
  const log = pino(options, stream);
  const line = (fields: object): void => {
    if (!log.isLevelEnabled('info')) return;
    stream.write(`{"level":"info"${timestamp()},${JSON.stringify(fields).slice(1)}\n`);
  };
  return Object.assign(log, { line });
}

let [lastMs, lastTime] = [NaN, ''];

/** Many lines are of one millisecond. */
function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) [lastMs, lastTime] = [now, `,"time":"${new Date(now).toISOString()}"`];
  return lastTime;
}
