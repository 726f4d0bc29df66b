import { resolve, sep } from 'node:path';
import { z } from 'zod';
import { s3Location, type S3Location } from './s3/location.ts';
import { webdavLocation, type WebdavLocation } from './webdav/location.ts';

/** Where a store is: plain data, so that it can be handed to a child process. */
export type StoreLocation =
  | { directory: string }
  /** `singleWriter`: the store knows no conditions, and only one process ever writes to it. */
  | { s3: S3Location; singleWriter: boolean };

/** Where droplets are that are only read. */
export type SourceLocation = { directory: string } | { s3: S3Location } | { webdav: WebdavLocation };

const directory = z.string().min(1, 'must not be empty').optional().describe('The path of a directory.');
const s3 = s3Location.optional().describe('A part of a bucket in S3.');

export const storeLocation = z
  .strictObject(
    {
      directory,
      s3,
      singleWriter: z
        .boolean()
        .default(false)
        .describe('The store in S3 knows no conditional puts, and only one process ever writes to it.'),
    },
    'not a place: write { directory: … } or { s3: … }',
  )
  .transform((given, context): StoreLocation => {
    if (given.s3 !== undefined && given.directory === undefined)
      return { s3: given.s3, singleWriter: given.singleWriter };
    if (given.directory !== undefined && given.s3 === undefined && !given.singleWriter)
      return { directory: given.directory };
    context.addIssue('not a place: write either directory, or s3, which may have singleWriter beside it');
    return z.NEVER;
  });

export const sourceLocation = z
  .strictObject(
    {
      directory,
      s3,
      webdav: webdavLocation
        .optional()
        .describe("A folder of a WebDAV server, such as Cloud Foundry's internal blobstore."),
    },
    'not a place: write a directory, or { directory: … }, { s3: … } or { webdav: … }',
  )
  .transform((given, context): SourceLocation => {
    const [place, ...more] = [
      given.directory === undefined ? [] : [{ directory: given.directory }],
      given.s3 === undefined ? [] : [{ s3: given.s3 }],
      given.webdav === undefined ? [] : [{ webdav: given.webdav }],
    ].flat();
    if (place !== undefined && more.length === 0) return place;
    context.addIssue('not a place: write either directory, s3 or webdav');
    return z.NEVER;
  });

/** Whether one lies in the other, as far as their names tell. */
export function overlap(a: StoreLocation | SourceLocation, b: StoreLocation | SourceLocation): boolean {
  if ('directory' in a && 'directory' in b) return nested(folder(a.directory), folder(b.directory));
  if (!('s3' in a && 's3' in b)) return false;
  const isOneBucket = a.s3.bucket === b.s3.bucket && endpointOf(a.s3) === endpointOf(b.s3);
  return isOneBucket && nested(a.s3.prefix, b.s3.prefix);
}

function nested(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function folder(path: string): string {
  const whole = resolve(path);
  return whole.endsWith(sep) ? whole : whole + sep;
}

function endpointOf({ endpoint }: S3Location): string | undefined {
  return endpoint === undefined ? undefined : new URL(endpoint).origin;
}
