import { readSecret, rereading } from '../secret-file.ts';
import type { S3Location } from './location.ts';

/** As the SDK has it. */
type Credentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration: Date;
};

/**
 * Credentials from files that may change at any time, or undefined where the location names none.
 * @returns a provider that throws Failure `unavailable` when a file cannot be read
 */
export function fileCredentials(location: S3Location): (() => Promise<Credentials>) | undefined {
  const { accessKeyIdFile, secretAccessKeyFile, sessionTokenFile } = location;
  if (accessKeyIdFile === undefined || secretAccessKeyFile === undefined) return undefined;
  return rereading(() => read(accessKeyIdFile, secretAccessKeyFile, sessionTokenFile));
}

async function read(idFile: string, secretFile: string, tokenFile?: string): Promise<Credentials> {
  const [accessKeyId, secretAccessKey, sessionToken] = await Promise.all([
    readCredential(idFile),
    readCredential(secretFile),
    tokenFile === undefined ? undefined : readCredential(tokenFile),
  ]);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    // The SDK keeps what does not expire for ever; of what has expired it asks again for each request.
    expiration: new Date(),
  };
}

/**
 * A key's id, its secret, or a token. They hold no spaces, whatever stands around them.
 * @throws Failure `unavailable` when the file cannot be read, or is empty
 */
export async function readCredential(path: string): Promise<string> {
  return readSecret('the S3 credentials', path, (text) => text.trim());
}
