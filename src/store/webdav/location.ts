import { z } from 'zod';
import { httpUrl } from '../http-url.ts';

const text = z.string().min(1, 'must not be empty');

/** A folder of a WebDAV server. The password is named by the file that holds it, so that this may be logged and handed on. */
export const webdavLocation = z
  .strictObject({
    url: httpUrl
      .refine((given) => !/[?#]/.test(given), 'not the URL of a folder: it has no ? or # in it')
      .transform((given) => (given.endsWith('/') ? given : `${given}/`))
      .describe(
        'URL of the folder, such as https://blobstore.service.cf.internal:4443/admin/cc-droplets. A / is added at its end.',
      ),
    user: text
      .regex(/^[^:]*$/, 'must have no colon')
      .optional()
      .describe('Who we are there, by Basic authentication.'),
    passwordFile: text
      .optional()
      .describe('File with the password, read again when it changes. It goes with user.'),
    ca: text.optional().describe('PEM file of authorities to trust beside those of the system.'),
  })
  .refine(
    ({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined),
    'give user and passwordFile, or neither',
  );

export type WebdavLocation = z.output<typeof webdavLocation>;
