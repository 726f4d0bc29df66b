import { S3ServiceException } from '@aws-sdk/client-s3';
import { Failure, isFailure } from '../../errors.ts';
import type { S3Location } from './location.ts';
import { networkCauses } from '../network-causes.ts';

/**
 * What an error of the SDK means to us. The error itself is not kept as the cause: it may carry what was signed.
 * @param action such as `read v1/x`
 */
export function s3Failure(action: string, location: S3Location, error: unknown): Failure {
  if (isFailure(error)) return error;
  const where = `S3 bucket ${location.bucket}${location.endpoint === undefined ? '' : ` at ${location.endpoint}`}`;
  return new Failure('unavailable', `Cannot ${action} in the ${where}: ${explain(error)}`);
}

/** Whether it is an answer of the store with one of these statuses or codes. */
export function isAnswer(error: unknown, ...any: (number | string)[]): boolean {
  return (
    error instanceof S3ServiceException && any.some((one) => one === statusOf(error) || one === error.name)
  );
}

const advice: [(number | string)[], string][] = [
  [['NoSuchBucket'], 'there is no such bucket: make it, or correct the name'],
  [
    ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken'],
    'it refuses our credentials: check them',
  ],
  [['RequestTimeTooSkewed'], "its clock and ours differ: set this machine's"],
  [['PermanentRedirect', 'AuthorizationHeaderMalformed', 301, 307], 'it is in another region: check region'],
  [[401, 403], 'it denies us: allow reading, writing, deleting and listing'],
  [['NotImplemented', 501], 'it does not do that'],
  [['SlowDown', 503], 'it has too much to do: try again'],
];

/** Errors of the system and of the SDK by their names; the rest by its own words. */
const causes: Record<string, string> = {
  TimeoutError: 'it does not answer in time',
  CredentialsProviderError: 'there are no credentials: name files with them, or give the environment some',
  ...networkCauses,
};

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof S3ServiceException) {
    const known = advice.find(([any]) => isAnswer(error, ...any));
    const answer = `(${error.name}, status ${statusOf(error) ?? 'unknown'})`;
    return `${known?.[1] ?? error.message} ${answer}`;
  }
  const code = 'code' in error ? String(error.code) : '';
  if (error.message.startsWith('Region is missing')) return 'no region is known: give region';
  return causes[error.name] ?? causes[code] ?? error.message;
}

function statusOf(error: S3ServiceException): number | undefined {
  return error.$metadata.httpStatusCode;
}
