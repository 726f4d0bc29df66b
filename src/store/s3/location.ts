import { z } from 'zod';

const text = z.string().min(1, 'must not be empty');

/** A part of a bucket. Secrets are named by the files that hold them, so that this may be logged and handed on. */
export const s3Location = z
  .strictObject({
    bucket: text,
    /** What all keys begin with; a `/` at its end is added. */
    prefix: z
      .string()
      .regex(/^(?!\/)(?!.*\/\/)/, 'not a prefix: it begins with no / and has no // in it')
      .transform((given) => (given === '' || given.endsWith('/') ? given : `${given}/`))
      .default(''),
    /** Without it, what the SDK finds; `us-east-1` where there is an endpoint. */
    region: text.optional(),
    /** Where it is not Amazon's. */
    endpoint: z.url({ protocol: /^https?$/, error: 'not a URL: write https://host' }).optional(),
    /** `endpoint/bucket/key` rather than `bucket.endpoint/key` */
    pathStyle: z.boolean().default(false),
    /** PEM file of authorities to trust beside those of the system */
    ca: text.optional(),
    /** Files that are read again when they change. Without them, the SDK's own chain. */
    accessKeyIdFile: text.optional(),
    secretAccessKeyFile: text.optional(),
    sessionTokenFile: text.optional(),
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
