import type { Context } from 'koa';
import { Failure } from '../errors.ts';

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site would have a browser change here, or ask of the admin API: a browser sends its user's credentials along by itself. Fetch
 * Metadata says where a request comes from; browsers without it name their origin. Programs send neither.
 * @throws Failure `denied`
 */
export async function refuseOtherSites(
  { method, path, req: { headers } }: Context,
  next: () => Promise<unknown>,
): Promise<void> {
  // A link to a receipt is followed from anywhere.
  const isHarmless =
    reading.has(method) && (!path.startsWith('/api/') || headers['sec-fetch-dest'] === 'document');
  if (!isHarmless && !isOwn(headers['sec-fetch-site'], headers.origin, headers.host)) {
    throw new Failure(
      'denied',
      'Another site may change or ask nothing here: use the dashboard, or a program',
    );
  }
  await next();
}

function isOwn(site: string | string[] | undefined, origin: string | undefined, host = ''): boolean {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || hostOf(origin) === host.toLowerCase();
}

/** Undefined for an origin that hides, which is `null`. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
