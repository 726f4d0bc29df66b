import type { IncomingMessage } from 'node:http';

/**
 * Breaks a body of which no byte came for `idleMs` although there was room for it: a reader that takes its time is not
 * the sender's fault.
 */
export function endWhenStalled(body: IncomingMessage, idleMs: number): void {
  let [seen, since] = [-1, performance.now()];
  const timer = setInterval(() => {
    if (body.complete || body.destroyed) {
      clearInterval(timer);
      return;
    }
    const { bytesRead } = body.socket;
    const isFull = body.readableLength >= body.readableHighWaterMark;
    const now = performance.now();
    if (isFull || bytesRead !== seen) [seen, since] = [bytesRead, now];
    else if (now - since >= idleMs) body.destroy(stall(idleMs));
  }, idleMs / 4);
  timer.unref();
  body.once('close', () => clearInterval(timer));
}

function stall(idleMs: number): Error {
  const error = new Error(`no byte came for ${idleMs / 1000} s`);
  error.name = 'TimeoutError';
  return error;
}
