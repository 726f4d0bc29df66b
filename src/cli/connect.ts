import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { storeLocation } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { Failure, reasonOf } from '../errors.ts';
import { openFacade, type Pool } from '../facade.ts';
import type { AuditEntry } from '../operator/audit/entry.ts';
import type { Operator } from '../operator/operator.ts';
import { remoteOperator } from './remote.ts';
import type { Server } from './server.ts';
import { systemUser } from './system-user.ts';

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
  if (!isLocal) return work(remoteOperator(serverOf(target)));
  if (target.server === undefined) return withStore(target, work, mayMake);
  throw new Failure('invalid', 'Work on a facade (--server) or on a store (--data, --config), not on both');
}

async function withStore<T>(
  { config: file, data, source, defaultStack, registryAuth: given, dryRun = false }: Target,
  work: (operator: Operator) => Promise<T>,
  mayMake: boolean,
): Promise<T> {
  const config = loadConfig({ data, source, defaultStack, registryAuth: given }, {}, file);
  const location = storeLocation(config);
  if ((!mayMake || dryRun) && 'directory' in location && !existsSync(location.directory)) {
    throw new Failure('invalid', `There is no store at ${location.directory}: check --data`);
  }
  // A cache is that of the facade which serves, and clients are none of ours.
  const registryAuth = config.registryAuth ?? dockerConfig();
  const own = { ...config, cache: undefined, redirect: undefined, registryAuth };
  const facade = await openFacade(own, waitedFor, undefined, dryRun ? onlyLooks : undefined);
  facade.audit.watch(warnOfLoss);
  try {
    return await work(facade.operatorFor(systemUser()));
  } finally {
    facade.close();
  }
}

/** Commands wait for their conversions, and hear of errors themselves. */
const waitedFor = (): void => {};

/** Who does not convert does not choose how, either: the settings of the store stay as they are. */
const onlyLooks: Pool = {
  run: async () => {
    throw new Failure('unsupported', 'A dry run converts nothing');
  },
  join: () => {},
  close: () => {},
};

/** What was changed is changed, also where that could not be written down. */
function warnOfLoss({ action }: AuditEntry, error?: unknown): void {
  if (error === undefined) return;
  process.stderr.write(
    `dropstack: ${action} is not in the audit log, which could not be written: ${reasonOf(error)}\n`,
  );
}

/** The file that registry clients share, where there is one. */
export function dockerConfig(): string | undefined {
  const path = join(process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
  return existsSync(path) ? path : undefined;
}

/** The facade that options or the environment name. @throws Failure `invalid` where none is named, or wrongly */
export function serverOf({ server, user, ca }: Target): Server {
  const { DROPSTACK_SERVER, DROPSTACK_USER, DROPSTACK_PASSWORD: password } = process.env;
  const text = server ?? DROPSTACK_SERVER;
  if (text === undefined || text === '') {
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
  return { url, user: user ?? DROPSTACK_USER ?? 'admin', password, ca: ca === undefined ? ca : readCa(ca) };
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
