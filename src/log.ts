import { pino, type DestinationStream, type Logger } from 'pino';

/** One JSON line an event, on standard error or on `destination`. Credentials are cut wherever they could stand. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: ['*.authorization', '*.headers.authorization', '*.password', 'password', 'authorization'],
  };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: false }));
}
