import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { Failure } from '../../errors.ts';
import { secure } from '../../http/server.ts';
import { chainOf, judgeChain } from '../config/judge-chain.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';
import { Untried } from './untried.ts';

/** Of the certificate's files: what clients see of it is tried by the connection. */
export const certificateChecks: readonly Check[] = [
  {
    name: 'certificate',
    tries: 'read the certificate, and see whether key, chain, names and time fit',
    needs: ['configuration'],
    mend: 'get a certificate for the name by which clients reach the facade, and put it there with its chain and key: it is taken at once',
    try: async (site) => {
      const { tlsCert, tlsKey, publicUrl } = await site.config();
      if (tlsCert === undefined || tlsKey === undefined) throw new Untried('the facade itself speaks no TLS');
      const [cert, key] = await Promise.all([readFile(tlsCert, 'utf8'), readFile(tlsKey, 'utf8')]);
      return judge(readChain(secure({ cert, key }).cert, tlsCert), publicUrl);
    },
  },
];

/** @throws Failure `invalid` where the file has none, or one that cannot be read */
function readChain(pem: string, path: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = chainOf(pem);
  if (first === undefined) throw new Failure('invalid', `${path} holds no certificate`);
  return [first, ...others];
}

function judge(chain: [X509Certificate, ...X509Certificate[]], publicUrl: string | undefined): Verdict {
  const [own, ...above] = chain;
  for (const [i, issuer] of above.entries()) {
    const issued = chain[i];
    if (issued !== undefined && !issued.checkIssued(issuer))
      return failure(`of the chain, certificate ${i + 2} did not issue the one before it`);
  }
  const host = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  if (host !== undefined && !isFor(own, host))
    return failure(`it is not for ${host}, but for ${namesOf(own)}`);
  return lasting(chain, host ?? namesOf(own));
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return (isIP(bare) === 0 ? certificate.checkHost(bare) : certificate.checkIP(bare)) !== undefined;
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  return subjectAltName ?? subject;
}

/** How long all of a chain are valid. */
function lasting(chain: readonly X509Certificate[], name: string): Verdict {
  const { level, message } = judgeChain(chain, Date.now());
  if (level === 'error') return failure(message);
  const found = `${message}; it is for ${name}`;
  return level === 'warning' ? warning(found, 'renew it: it is taken without a restart') : ok(found);
}
