import { join } from 'node:path';
import type { Owner } from '../owner.ts';
import { toolPath } from '../tools.ts';
import { lastingPort } from './lasting-port.ts';
import { part, type Part } from './part.ts';

/** An etcd that outlives its own death, but not the machine's. */
export async function etcd(
  owner: Owner,
  home: string,
  flags: readonly string[] = [],
): Promise<{ url: string; part: Part }> {
  const [url, peerUrl] = [
    `http://127.0.0.1:${await lastingPort()}`,
    `http://127.0.0.1:${await lastingPort()}`,
  ];
  const args = [
    `--data-dir=${join(home, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
    ...flags,
  ];
  return { url, part: part(owner, toolPath('kubernetes/etcd'), args, () => answers(`${url}/readyz`)) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}
