import { z } from 'zod';
import { errorEnvelopeOf } from '../api/error-envelope.ts';
import { Failure, type FailureCode } from '../errors.ts';
import type { Server } from './server.ts';

/** A detail that a facade of another version gives is passed over. */
const envelope = errorEnvelopeOf(
  z
    .union([
      z.object({ expected: z.string(), found: z.string().exactOptional() }),
      z.object({ rule: z.string() }),
    ])
    .optional()
    .catch(undefined),
);

const codes: Record<number, FailureCode> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  409: 'conflict',
  413: 'too-large',
  422: 'refused',
  429: 'busy',
  500: 'corrupt',
  507: 'no-space',
};

/**
 * What an answer means that is none of success: the failure that the facade put into it.
 * @param retryAfter the header: seconds
 */
export function failureOf(server: Server, status: number, body: string, retryAfter?: string): Failure {
  const { url, user, password } = server;
  if (status === 401) {
    const why = password === undefined ? 'needs a password' : `does not know user ${user} with that password`;
    return new Failure(
      'unauthenticated',
      `The facade at ${url.origin} ${why}: set DROPSTACK_PASSWORD, --user`,
    );
  }
  const [error] = parse(body)?.errors ?? [];
  if (error === undefined) {
    const said = body.replaceAll(/\s+/g, ' ').slice(0, 100);
    return new Failure('unavailable', `${url.href} answered ${status}, but not as a facade does: ${said}`);
  }
  const { code: reason, message, detail } = error;
  if (detail !== undefined && 'rule' in detail)
    return new Failure('refused', message, { reason: detail.rule });
  // Bytes that do not fit their hash are bad input in HTTP, and only they say what was expected.
  const code = status === 400 && detail !== undefined ? 'mismatch' : (codes[status] ?? 'unavailable');
  const soon = /^\d{1,6}$/.test(retryAfter ?? '') ? { retryAfter: Number(retryAfter) } : {};
  return new Failure(code, message, { reason, ...detail, ...soon });
}

function parse(body: string): z.output<typeof envelope> | undefined {
  try {
    return envelope.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
