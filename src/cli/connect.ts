import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure, reasonOf } from '../errors.ts';
import type { Operator } from '../operator/operator.ts';
import type { Server } from './server.ts';

/** Options that every command about a facade takes: where the facade is, or where its store is. */
export type Target = {
  server?: string;
  user?: string;
  ca?: string;
  data?: string;
  source?: string;
  defaultStack?: string;
  registryAuth?: string;
  config?: string;
  /** only look: of a store nothing is made, written or converted */
  dryRun?: boolean;
};

/**
 * Runs `work` with the operator that the options name: of a store (`--data`, `--config`), or of a facade (`--server`).
 * @param mayMake whether the store may be a new one
 */
export async function withOperator<T>(
  target: Target,
  work: (operator: Operator) => Promise<T>,
  mayMake = false,
): Promise<T> {
  const isLocal = target.data !== undefined || target.config !== undefined;
  if (!isLocal && target.registryAuth !== undefined) {
    throw new Failure(
      'invalid',
      'A facade pulls with credentials of its own, registryAuth of its configuration: leave --registry-auth out',
    );
  }
  // Each weighs much, and a command needs one of them.
  if (!isLocal) {
    const server = serverOf(target);
    const { remoteOperator } = await import('./remote.ts');
    return work(remoteOperator(server));
  }
  if (target.server !== undefined)
    throw new Failure('invalid', 'Work on a facade (--server) or on a store (--data, --config), not on both');
  const { withStore } = await import('./with-store.ts');
  return withStore(target, work, mayMake);
}

/** The facade that options or the environment name. @throws Failure `invalid` where none is named, or wrongly */
export function serverOf({ server, user, ca }: Target): Server {
  // An empty variable is none.
  const { DROPSTACK_SERVER, DROPSTACK_USER, DROPSTACK_PASSWORD } = process.env;
  const text = server ?? (DROPSTACK_SERVER || undefined);
  if (text === undefined) {
    throw new Failure(
      'invalid',
      'Which facade? Give --server <url> (or DROPSTACK_SERVER), or --data <directory>',
    );
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Failure('invalid', `--server must be a URL such as https://host:port, not ${text}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure('invalid', '--server must not hold credentials: use --user and DROPSTACK_PASSWORD');
  }
  return {
    url,
    user: user ?? (DROPSTACK_USER || 'admin'),
    password: DROPSTACK_PASSWORD || undefined,
    ca: ca === undefined ? ca : readCa(ca),
  };
}

function readCa(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8');
    // Node takes what is no certificate for none at all, and says nothing.
    const { subject } = new X509Certificate(pem);
    if (subject === '') throw new Error('its first certificate has no name');
    return pem;
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Failure('invalid', `Cannot use the CA certificates in ${path}: ${why}`, { cause });
  }
}
