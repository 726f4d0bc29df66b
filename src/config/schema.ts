import { z } from 'zod';
import { imageFormats } from '../image/formats.ts';
import { layerChoice } from '../layer/settings.ts';
import { isStackName } from '../oci/reference.ts';
import { httpUrl } from '../store/http-url.ts';
import { sourceLocation, storeLocation } from '../store/location.ts';
import { addressForm } from './address.ts';
import { limits } from './limits.ts';
import { redirect } from './redirect.ts';
import { count, fromDigits, size, text } from './values.ts';

/**
 * Every option, with its default. Of each, `meta` has the `description`: sentences for people; the `unit` of a number; and the
 * `flag`, what stands for its value on the command line, of those that can be given there and in the environment.
 */
export const configSchema = z.strictObject({
  listen: z
    .string()
    .regex(addressForm, { error: 'not an address: write host:port', abort: true })
    .refine((given) => Number(given.slice(given.lastIndexOf(':') + 1)) < 65_536, 'no such port: up to 65535')
    .default('127.0.0.1:8080')
    .meta({
      description: 'host:port to listen on, IPv6 in brackets. Without users, only a loopback address.',
      flag: 'address',
    }),
  processes: z
    .preprocess(fromDigits, count.max(256, 'more than any machine has use for: 256 at most'))
    .prefault(1)
    .meta({
      description: 'How many processes serve on one address together, on a machine with more cores.',
      unit: 'processes',
      flag: 'number',
    }),
  publicUrl: httpUrl.optional().meta({
    description: 'How clients reach the facade. It is written to the log, and no redirect leads there.',
    flag: 'url',
  }),
  data: text.optional().meta({
    description:
      'Directory of the own store, and of droplets that are put through the facade. This or store must be given.',
    flag: 'directory',
  }),
  store: storeLocation.optional().describe('Where the own store is, in its long form: a directory, or S3.'),
  source: z
    .preprocess(
      (given) => (typeof given === 'string' ? { directory: given } : given),
      sourceLocation.optional(),
    )
    .optional()
    .meta({
      description:
        'Where the droplets of Cloud Controller are, which are only read: a directory, or in the long form S3 or WebDAV.',
      flag: 'directory',
    }),
  cache: z
    .strictObject({
      directory: text.describe('A directory of this replica alone.'),
      maxBytes: size
        .prefault('10GiB')
        .meta({ description: 'What the copies may take of its disk.', unit: 'bytes' }),
    })
    .optional()
    .describe('Copies of layers on a disk of this machine, before a store in S3.'),
  redirect: redirect
    .optional()
    .describe(
      'Given, clients get large layers from the store in S3 itself, by URLs that are signed for a time.',
    ),
  users: text.optional().meta({
    description: 'htpasswd file with bcrypt hashes. Without it everybody has every role.',
    flag: 'file',
  }),
  grants: text
    .optional()
    .meta({ description: 'YAML file with roles and repositories of users.', flag: 'file' }),
  tlsCert: text
    .optional()
    .meta({ description: 'File with the certificate chain in PEM. It goes with tlsKey.', flag: 'file' }),
  tlsKey: text.optional().meta({ description: "File with the certificate's key in PEM.", flag: 'file' }),
  registryAuth: text
    .optional()
    .describe(
      "File with credentials for the registries that root filesystems are pulled from, in the form of docker's config.json.",
    ),
  defaultStack: z
    .string()
    .refine(isStackName, 'not a stack name: use a-z, 0-9, and . _ - between them; not cloudfoundry')
    .default('cflinuxfs4')
    .meta({ description: 'Stack of droplets that were assigned to none.', flag: 'name' }),
  layer: layerChoice
    .optional()
    .describe(
      "How layers are made. Given, it is written into the store for all its servers; else the store's choice holds.",
    ),
  imageFormat: z
    .literal([...imageFormats.keys()])
    .optional()
    .describe(
      "Format of manifests and configs. Given, it is written into the store for all its servers; else the store's holds.",
    ),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').meta({
    description:
      'What is written to standard error, in lines of JSON: trace, debug, info, warn, error or silent.',
    flag: 'level',
  }),
  limits: limits.prefault({}).describe('What bounds the work of the facade.'),
});

/** Options as they are given, before anything of them was looked at. */
export type ConfigInput = Partial<Record<keyof z.input<typeof configSchema>, unknown>>;
