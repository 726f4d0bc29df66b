import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basic } from './basic.ts';
import { listen } from './listen.ts';
import type { Owner } from './owner.ts';

export const [service, issuer] = ['test registry', 'test issuer'];

export type TokenServer = {
  /** Its URL. */
  realm: string;
  /** The query of each request so far. */
  asked: URLSearchParams[];
};

/**
 * Gives tokens as docker's authentication has them: to `user`, `name:password`, for the scope that is asked for; to everybody
 * else for nothing.
 * @param keys PEM files: of the certificate whose authority the registry trusts
 */
export async function tokenServer(
  owner: Owner,
  keys: { cert: string; key: string },
  user: string,
): Promise<TokenServer> {
  const [cert, key] = [new X509Certificate(await readFile(keys.cert)), await readFile(keys.key, 'utf8')];
  const asked: URLSearchParams[] = [];
  const host = await listen(owner, (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://host');
    asked.push(searchParams);
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== basic(user)) {
      response.writeHead(401).end();
      return;
    }
    const scope = authorization === undefined ? undefined : (searchParams.get('scope') ?? undefined);
    response.end(JSON.stringify({ token: tokenFor(scope, cert, key), expires_in: 60 }));
  });
  return { realm: `http://${host}/token`, asked };
}

/** A JWT (RFC 7519) that brings its certificate along. */
function tokenFor(scope: string | undefined, cert: X509Certificate, key: string): string {
  const now = Math.floor(Date.now() / 1000);
  const [type = '', name = '', actions = ''] = scope?.split(':') ?? [];
  const header = { typ: 'JWT', alg: 'ES256', x5c: [cert.raw.toString('base64')] };
  const claims = {
    iss: issuer,
    sub: '',
    aud: service,
    exp: now + 60,
    nbf: now - 60,
    iat: now,
    jti: randomUUID(),
    access: scope === undefined ? [] : [{ type, name, actions: actions.split(',') }],
  };
  const body = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}
