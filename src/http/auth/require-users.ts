import { Failure } from '../../errors.ts';
import { isLoopback } from './loopback.ts';

/** @throws Failure `invalid` where everybody could do everything, and more than this machine could ask */
export function requireUsers({
  users,
  listen,
  listenHost,
}: {
  users?: string | undefined;
  listen: string;
  listenHost: string;
}): void {
  if (users !== undefined || isLoopback(listenHost)) return;
  throw new Failure(
    'invalid',
    `Without users everybody may do everything, so only the loopback is listened on, not ${listen}: give --users`,
  );
}
