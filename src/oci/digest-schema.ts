import { z } from 'zod';
import { isDigest, type Digest } from './digest.ts';

/** A digest in a record of the store. */
export const digestSchema: z.ZodType<Digest, string> = z.string().transform((text, context): Digest => {
  if (isDigest(text)) return text;
  context.addIssue('not a SHA-256 digest');
  return z.NEVER;
});
