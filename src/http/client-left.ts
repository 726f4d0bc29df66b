import { hasCode } from '../store/directory-reader.ts';

/** Whether an error only says that the other side closed the connection: nobody's fault, and nothing to look into. */
export function clientLeft(error: unknown): boolean {
  return hasCode(error, 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE');
}
