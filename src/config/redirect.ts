import { z } from 'zod';
import { httpUrl } from '../store/http-url.ts';
import { network, size } from './values.ts';

/** Who gets large layers from the store in S3 itself: clients of these roles, in these networks. */
export const redirect = z.strictObject({
  roles: z
    .array(z.enum(['pull', 'droplets', 'admin']))
    .min(1)
    .optional()
    .describe(
      'Only users with one of these roles are redirected: pull, droplets, admin. Without it, everybody.',
    ),
  networks: z
    .array(network)
    .min(1)
    .optional()
    .describe('Only clients of these networks are redirected, such as 10.0.0.0/8. Without it, all of them.'),
  endpoint: httpUrl
    .optional()
    .describe('URL at which clients reach the store, where it is not the one at which the facade does.'),
  expirySeconds: z
    .int()
    .min(30, 'too short for a slow start: at least 30 s')
    .max(3600, 'who has the URL has the layer: an hour at most')
    .default(300)
    .meta({ description: 'For how long a signed URL holds. Whoever has it has the layer.', unit: 'seconds' }),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe('Whether clients may be sent to a private or loopback address.'),
  minBytes: size
    .prefault('1MiB')
    .meta({ description: 'Smaller layers are given by the facade itself.', unit: 'bytes' }),
});
