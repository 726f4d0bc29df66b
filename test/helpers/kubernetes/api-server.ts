import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import type { Owner } from '../owner.ts';
import { toolPath } from '../tools.ts';
import { part, type Part } from './part.ts';

/** Paths of PEM files, and of the tokens that are accepted. */
type Identity = { ca: string; cert: string; key: string; tokenFile: string };

/** The address by which pods know the API server: the first of its services' range. It leads nowhere, unless somebody listens there. */
export const apiServiceAddress = '198.19.255.1';

/** An API server at `url`. @param accounts whether pods are given tokens of their service accounts */
export function apiServer(
  owner: Owner,
  home: string,
  url: string,
  etcd: string,
  { ca, cert, key, tokenFile }: Identity,
  accounts: boolean,
  flags: readonly string[] = [],
): Part {
  const args = [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${new URL(url).port}`,
    `--cert-dir=${join(home, 'api-server')}`,
    `--tls-cert-file=${cert}`,
    `--tls-private-key-file=${key}`,
    // One more pair of keys would protect nothing here.
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${cert}`,
    `--service-account-signing-key-file=${key}`,
    `--token-auth-file=${tokenFile}`,
    '--authorization-mode=RBAC',
    '--allow-privileged',
    // The one wants a controller that finds nodes alive, the other each namespace's account before a pod.
    `--disable-admission-plugins=TaintNodesByCondition${accounts ? '' : ',ServiceAccount'}`,
    // It would announce a service that no pod could reach.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=198.19.255.0/24',
    '--kubelet-preferred-address-types=Hostname',
    '--profiling=false',
    ...flags,
  ];
  return part(owner, toolPath('kubernetes/kube-apiserver'), args, () => isReady(url, ca));
}

/** Ready is also that the roles of its own are there. */
function isReady(url: string, ca: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const options = { ca: readFileSync(ca), agent: false, signal: AbortSignal.timeout(2000) };
  get(`${url}/readyz`, options, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  }).on('error', () => resolve(false));
  return promise;
}
