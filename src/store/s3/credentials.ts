import { readFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../../errors.ts';
import type { S3Location } from './location.ts';

/** As the SDK has it. */
type Credentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration: Date;
};

/** For so long after a change of the files the old credentials may be used. */
const rereadMs = 2_000;

/**
 * Credentials from files that may change at any time, or undefined where the location names none.
 * @returns a provider that throws Failure `unavailable` when a file cannot be read
 */
export function fileCredentials(location: S3Location): (() => Promise<Credentials>) | undefined {
  const { accessKeyIdFile, secretAccessKeyFile, sessionTokenFile } = location;
  if (accessKeyIdFile === undefined || secretAccessKeyFile === undefined) return undefined;
  let known: Promise<Credentials> | undefined;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (known !== undefined && now - readAt < rereadMs) return known;
    readAt = now;
    known = read(accessKeyIdFile, secretAccessKeyFile, sessionTokenFile);
    return known;
  };
}

async function read(idFile: string, secretFile: string, tokenFile?: string): Promise<Credentials> {
  const [accessKeyId, secretAccessKey, sessionToken] = await Promise.all([
    readSecret(idFile),
    readSecret(secretFile),
    tokenFile === undefined ? undefined : readSecret(tokenFile),
  ]);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    // The SDK keeps what does not expire for ever; of what has expired it asks again for each request.
    expiration: new Date(),
  };
}

async function readSecret(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = reasonOf(cause);
    throw new Failure('unavailable', `Cannot read the S3 credentials in ${path}: ${why}`, { cause });
  });
  const secret = text.trim();
  if (secret === '') throw new Failure('unavailable', `There are no S3 credentials in ${path}: it is empty`);
  return secret;
}
