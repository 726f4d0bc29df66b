import { hasCode } from '../store/directory-reader.ts';

/** The other side closed the connection before all was sent. */
export class ClientLeft extends Error {
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';

  constructor() {
    super('The client has left before all was sent');
  }
}

/** Whether an error only says that the other side closed the connection: nobody's fault, and nothing to look into. */
export function clientLeft(error: unknown): boolean {
  return hasCode(
    error,
    'ECANCELED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ERR_STREAM_DESTROYED',
    'ERR_STREAM_PREMATURE_CLOSE',
  );
}
