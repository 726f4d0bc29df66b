import { z } from 'zod';
import { httpUrl } from '../http-url.ts';

const text = z.string().min(1, 'must not be empty');

/** A part of a bucket. Secrets are named by the files that hold them, so that this may be logged and handed on. */
export const s3Location = z
  .strictObject({
    bucket: text.describe('The bucket, which must be there.'),
    prefix: z
      .string()
      .regex(/^(?:[^/]+\/)*[^/]*$/, 'not a prefix: it begins with no / and has no // in it')
      .transform((given) => (given === '' || given.endsWith('/') ? given : `${given}/`))
      .prefault('')
      .describe('What all keys begin with. A / is added at its end.'),
    region: text
      .optional()
      .describe(
        'Region of the bucket. Without it, what the SDK finds; us-east-1 where there is an endpoint.',
      ),
    endpoint: httpUrl.optional().describe("URL of the S3 server, where it is not Amazon's."),
    pathStyle: z
      .boolean()
      .default(false)
      .describe('Ask for endpoint/bucket/key rather than bucket.endpoint/key.'),
    ca: text.optional().describe('PEM file of authorities to trust beside those of the system.'),
    accessKeyIdFile: text
      .optional()
      .describe(
        "File with the access key's id, read again when it changes. Without it, the SDK's own chain.",
      ),
    secretAccessKeyFile: text
      .optional()
      .describe("File with the key's secret, read again when it changes. It goes with accessKeyIdFile."),
    sessionTokenFile: text.optional().describe('File with a session token, where the key needs one.'),
  })
  .refine(
    ({ accessKeyIdFile, secretAccessKeyFile }) =>
      (accessKeyIdFile === undefined) === (secretAccessKeyFile === undefined),
    'give accessKeyIdFile and secretAccessKeyFile, or neither',
  )
  .refine(
    ({ accessKeyIdFile, sessionTokenFile }) =>
      sessionTokenFile === undefined || accessKeyIdFile !== undefined,
    'sessionTokenFile goes with accessKeyIdFile and secretAccessKeyFile',
  );

export type S3Location = z.output<typeof s3Location>;
