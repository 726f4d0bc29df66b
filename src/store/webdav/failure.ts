import { Failure, isFailure } from '../../errors.ts';
import type { WebdavLocation } from './location.ts';
import { networkCauses } from '../network-causes.ts';

/** An answer that tells neither of an object nor of its absence. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly status: number;

  constructor(status: number) {
    super(`it answers ${status}`);
    this.status = status;
  }
}

/**
 * What an error on the way to the server, or of its answer, means to us.
 * @param action such as `read ab/cd/x`
 */
export function webdavFailure(action: string, { url }: WebdavLocation, error: unknown): Failure {
  if (isFailure(error)) return error;
  return new Failure('unavailable', `Cannot ${action} from WebDAV at ${url}: ${explain(error)}`);
}

const advice: Record<number, string> = {
  401: 'it refuses our credentials: check user and password',
  403: 'it denies us: check user and password, and what the server allows',
  404: 'there is no such folder: make it, or correct the URL',
  405: 'it does not know that method: enable PROPFIND there, in nginx by dav_ext_methods',
  429: 'it has too much to do: try again',
  501: 'it does not know that method: enable PROPFIND there, in nginx by dav_ext_methods',
  503: 'it has too much to do: try again',
};

/** Errors of the system and of the HTTP client by their codes; the rest by its own words. */
const causes: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of an answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'it gave another number of bytes than it said',
  UND_ERR_SOCKET: 'it broke the connection',
  ...networkCauses,
};

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UnexpectedAnswer) {
    const isRedirect = error.status >= 300 && error.status < 400;
    const known = isRedirect ? 'it sends us elsewhere: correct the URL' : advice[error.status];
    return known === undefined ? error.message : `${known} (status ${error.status})`;
  }
  const code = 'code' in error ? String(error.code) : '';
  return causes[code] ?? error.message;
}
