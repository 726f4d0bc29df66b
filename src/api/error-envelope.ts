import { z } from 'zod';

/**
 * What goes wrong, as every route says it.
 * @param detail of an error: a client may take less of it than a facade gives
 */
export function errorEnvelopeOf<D extends z.ZodType>(detail: D) {
  return z.object({
    errors: z.array(z.object({ code: z.string(), message: z.string(), detail })).min(1),
  });
}
