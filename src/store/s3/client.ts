import { S3Client } from '@aws-sdk/client-s3';
import { version } from '../../version.ts';
import { fileCredentials } from './credentials.ts';
import { TimedHandler, type Timeouts } from './handler.ts';
import type { S3Location } from './location.ts';

/** The SDK's client of the endpoint that `location` names. */
export function createS3Client(location: S3Location, timeouts: Timeouts): S3Client {
  const { endpoint, region = endpoint === undefined ? undefined : 'us-east-1' } = location;
  const credentials = fileCredentials(location);
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: location.pathStyle,
    requestHandler: new TimedHandler(timeouts, location.ca),
    // Stores that are not Amazon's know little of its checksums. What is sent is signed with its hash.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // All bodies are in memory and small: asking first costs more than sending in vain.
    expectContinueHeader: false,
    retryMode: 'standard',
    maxAttempts: 3,
    customUserAgent: [['dropstack', version]],
  });
}
