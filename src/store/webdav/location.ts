import { z } from 'zod';

const text = z.string().min(1, 'must not be empty');

/** A folder of a WebDAV server. The password is named by the file that holds it, so that this may be logged and handed on. */
export const webdavLocation = z
  .strictObject({
    /** Such as `https://blobstore.service.cf.internal:4443/admin/cc-droplets`; a `/` at its end is added. */
    url: z
      .url({ protocol: /^https?$/, error: 'not a URL: write https://host/folder' })
      .refine(isBare, 'not the URL of a folder: it has no user, password, ? or # in it')
      .transform((given) => (given.endsWith('/') ? given : `${given}/`)),
    user: text.regex(/^[^:]*$/, 'must have no colon').optional(),
    /** Read again when it changes. */
    passwordFile: text.optional(),
    /** PEM file of authorities to trust beside those of the system */
    ca: text.optional(),
  })
  .refine(
    ({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined),
    'give user and passwordFile, or neither',
  );

export type WebdavLocation = z.output<typeof webdavLocation>;

function isBare(given: string): boolean {
  const url = URL.parse(given);
  return url === null || (url.username === '' && url.password === '' && !/[?#]/.test(given));
}
