import { pino, type DestinationStream, type Logger } from 'pino';

/** A write for each line would cost a busy server more than all else it does for a request: bytes, milliseconds. */
const batches = { minLength: 8 * 1024, periodicFlush: 50 };

/** One JSON line an event, on standard error or on `destination`. Credentials are cut wherever they could stand. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: ['*.authorization', '*.headers.authorization', '*.password', 'password', 'authorization'],
  };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: false, ...batches }));
}

/**
 * The same log for lines of one shape, whose few fields are known to hold no credentials: looking for some in each line of
 * each request costs as much as all the rest of it.
 */
export function plainLog(log: Logger): Logger {
  return log.child({}, { redact: [] });
}

let [lastMs, lastTime] = [NaN, ''];

/** Many lines are of one millisecond. */
function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) [lastMs, lastTime] = [now, `,"time":"${new Date(now).toISOString()}"`];
  return lastTime;
}
