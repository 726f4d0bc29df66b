import { Failure, reasonOf } from '../errors.ts';
import type { Server } from './server.ts';

const unknownAuthority = 'name its authority with --ca <file>';

/** What to do about what Node and OpenSSL call so. */
const advice: Record<string, string> = {
  EPROTO: 'does it speak TLS there? Else it is http://',
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

/** Why a facade could not be asked, or did not end its answer: `unavailable`. */
export function unreachable({ url }: Server, cause: unknown): Failure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'EPROTO' ? 'no TLS could be agreed on' : reasonOf(cause);
  const mend = advice[code] === undefined ? '' : `: ${advice[code]}`;
  return new Failure('unavailable', `Cannot reach the facade at ${url.origin}: ${why}${mend}`, { cause });
}
