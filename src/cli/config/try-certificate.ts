import type { X509Certificate } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import { isLoopback } from '../../http/auth/loopback.ts';
import { watchKeyPair, type KeyPair } from '../../http/reload.ts';
import { secure } from '../../http/server.ts';
import { chainOf, judgeChain } from './judge-chain.ts';
import { requireHidden } from './require-hidden.ts';
import { attempt } from './trial.ts';

/** Certificate and key, and how long the certificate holds. */
export async function tryCertificate({ tlsCert, tlsKey, listenHost, publicUrl }: Config): Promise<Finding[]> {
  if (tlsCert === undefined || tlsKey === undefined) {
    // With such a URL somebody in front of us speaks TLS.
    const isPlain = !isLoopback(listenHost) && publicUrl?.startsWith('https:') !== true;
    return tlsCert === undefined && tlsKey === undefined && isPlain ? [plain] : [];
  }
  const paths = { cert: tlsCert, key: tlsKey };
  return [
    ...(await attempt(
      ['tlsCert'],
      () => readChain(paths),
      (chain) => [judgeChain(chain, Date.now())],
    )),
    ...(await requireHidden(['tlsKey'], tlsKey)),
  ];
}

const plain: Finding = {
  level: 'warning',
  option: ['listen'],
  message: 'passwords cross the network as they are: give tlsCert and tlsKey, or a publicUrl with https',
};

/** As a start would read it, with its key. */
async function readChain(paths: KeyPair): Promise<X509Certificate[]> {
  const chain: X509Certificate[] = [];
  const apply = (pair: KeyPair): void => {
    chain.push(...chainOf(secure(pair).cert));
  };
  const watch = await watchKeyPair(paths, apply, { onError: () => undefined });
  watch.close();
  return chain;
}
