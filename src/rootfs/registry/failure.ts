import { Failure, isFailure, reasonOf } from '../../errors.ts';
import { hasCode, storeFailure } from '../../store/directory-reader.ts';

/** An answer that is not what was asked for. `retryAfter`: seconds. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly host: string;
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(host: string, status: number, retryAfter?: number) {
    super(`${host} answers ${status}`);
    this.host = host;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** What may be otherwise a moment later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnexpectedAnswer) return error.status === 429 || error.status >= 500;
  return hasCode(error, ...broken);
}

/** What an error on the way means to whoever wanted the image. @param directory where it was written to */
export function pullFailure(reference: string, directory: string, error: unknown): unknown {
  const what = `Cannot pull ${reference}`;
  if (isFailure(error)) {
    const { code, reason, expected, found } = error;
    const details = Object.entries({ reason, expected, found }).filter(([, value]) => value !== undefined);
    return new Failure(code, `${what}: ${error.message}`, { ...Object.fromEntries(details), cause: error });
  }
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return storeFailure(`pull ${reference}`, directory, error);
  if (error instanceof UnexpectedAnswer) {
    const { host, status } = error;
    const why = answers[status];
    if (why === undefined) return new Failure('unavailable', `${what}: ${error.message}`, { cause: error });
    return new Failure(why.code, `${what}: ${host} ${why.says} (status ${status})`, { cause: error });
  }
  if (hasCode(error, 'ENOTFOUND')) {
    return new Failure('not-found', `${what}: there is no such host`, { cause: error });
  }
  return new Failure('unavailable', `${what}: ${explain(error)}`, { cause: error });
}

const credentials = 'give them in the file of --registry-auth, or of the option registryAuth of the facade';
/** 401 of a registry is no 401 of ours: whoever asks us is known. */
const answers: Record<number, { code: 'denied' | 'not-found' | 'unavailable'; says: string }> = {
  401: { code: 'denied', says: `wants other credentials: ${credentials}` },
  403: { code: 'denied', says: `denies it: ask for the right to pull, or ${credentials}` },
  404: { code: 'not-found', says: 'has no such image, or shows it to others alone' },
  429: { code: 'unavailable', says: 'has too much to do, or we asked too often: try again later' },
};

const broken = [
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
];

const unknownAuthority = 'its certificate is of an unknown authority: name that one by NODE_EXTRA_CA_CERTS';
const causes: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of an answer',
  UND_ERR_SOCKET: 'it breaks the connection',
  ECONNRESET: 'it breaks the connection',
  ECONNREFUSED: 'nobody listens there',
  EAI_AGAIN: 'its name cannot be resolved for now',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS: give --plain-http if that is meant',
  EPROTO: 'it speaks no TLS: give --plain-http if that is meant',
};

/** Several addresses that all fail are one error, without words of its own. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(explain))].join(', ');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return causes[code] ?? reasonOf(error);
}
