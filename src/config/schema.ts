import { z } from 'zod';
import { imageFormats } from '../image/formats.ts';
import { layerChoice } from '../layer/settings.ts';
import { isStackName } from '../oci/reference.ts';
import { httpUrl } from '../store/http-url.ts';
import { sourceLocation, storeLocation } from '../store/location.ts';
import { addressForm } from './address.ts';
import { flags } from './flags.ts';
import { limits } from './limits.ts';
import { redirect } from './redirect.ts';
import { count, fromDigits, size, text } from './values.ts';

/**
 * Every option, with its default. Of each, `meta` has the `description`, sentences for people, and the `unit` of a number. What can
 * be given on the command line and in the environment is told by `flags`.
 */
export const configSchema = z.strictObject({
  listen: z
    .string()
    .regex(addressForm, { error: 'not an address: write host:port', abort: true })
    .refine((given) => Number(given.slice(given.lastIndexOf(':') + 1)) < 65_536, 'no such port: up to 65535')
    .default(flags.listen.default)
    .describe(flags.listen.description),
  processes: z
    .preprocess(fromDigits, count.max(256, 'more than any machine has use for: 256 at most'))
    .prefault(flags.processes.default)
    .meta({ description: flags.processes.description, unit: 'processes' }),
  publicUrl: httpUrl.optional().describe(flags.publicUrl.description),
  data: text.optional().describe(flags.data.description),
  store: storeLocation.optional().describe('Where the own store is, in its long form: a directory, or S3.'),
  source: z
    .preprocess(
      (given) => (typeof given === 'string' ? { directory: given } : given),
      sourceLocation.optional(),
    )
    .optional()
    .describe(flags.source.description),
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
  users: text.optional().describe(flags.users.description),
  grants: text.optional().describe(flags.grants.description),
  tlsCert: text.optional().describe(flags.tlsCert.description),
  tlsKey: text.optional().describe(flags.tlsKey.description),
  registryAuth: text
    .optional()
    .describe(
      "File with credentials for the registries that root filesystems are pulled from, in the form of docker's config.json.",
    ),
  kubernetes: z
    .preprocess(
      (given) => (typeof given === 'string' ? { kubeconfig: given } : given),
      z
        .strictObject({
          kubeconfig: text
            .exactOptional()
            .describe(
              'A file as kubectl has it. Without it that of KUBECONFIG, or in a pod its service account.',
            ),
          context: text.exactOptional().describe('Of the kubeconfig, if not its current one.'),
        })
        .optional(),
    )
    .optional()
    .describe(flags.kubernetes.description),
  defaultStack: z
    .string()
    .refine(isStackName, 'not a stack name: use a-z, 0-9, and . _ - between them; not cloudfoundry')
    .default(flags.defaultStack.default)
    .describe(flags.defaultStack.description),
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
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default(flags.logLevel.default)
    .describe(flags.logLevel.description),
  limits: limits.prefault({}).describe('What bounds the work of the facade.'),
});

/** Options as they are given, before anything of them was looked at. */
export type ConfigInput = Partial<Record<keyof z.input<typeof configSchema>, unknown>>;
