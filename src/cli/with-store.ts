import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { storeLocation } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { Failure, reasonOf } from '../errors.ts';
import { openFacade, type Pool } from '../facade.ts';
import type { AuditEntry } from '../operator/audit/entry.ts';
import type { Operator } from '../operator/operator.ts';
import type { Target } from './connect.ts';
import { dockerConfig } from './docker-config.ts';
import { systemUser } from './system-user.ts';

/**
 * Runs `work` with an operator of the store that the options name.
 * @param mayMake whether the store may be a new one
 */
export async function withStore<T>(
  { config: file, data, source, defaultStack, registryAuth: given, dryRun = false }: Target,
  work: (operator: Operator) => Promise<T>,
  mayMake: boolean,
): Promise<T> {
  const config = loadConfig({ data, source, defaultStack, registryAuth: given }, {}, file);
  const location = storeLocation(config);
  // To open a directory makes a store of it, also of one that was named by mistake.
  if ((!mayMake || dryRun) && 'directory' in location && !existsSync(join(location.directory, 'v1'))) {
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
