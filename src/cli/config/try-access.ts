import type { Config } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import { parseGrants } from '../../http/auth/grants.ts';
import { parseHtpasswd } from '../../http/auth/htpasswd.ts';
import { watchFile } from '../../http/reload.ts';
import { requireHidden } from './require-hidden.ts';
import { attempt } from './trial.ts';

/** The files that say who may do what. */
export async function tryAccess({ users, grants }: Config): Promise<Finding[]> {
  if (users === undefined) return grants === undefined ? [] : [unused];
  const tried = [attempt(['users'], () => tryOnce(users, parseHtpasswd)), requireHidden(['users'], users)];
  if (grants !== undefined) tried.push(attempt(['grants'], () => tryOnce(grants, parseGrants)));
  return (await Promise.all(tried)).flat();
}

const unused: Finding = {
  level: 'warning',
  option: ['grants'],
  message: 'it is not read: without users everybody has every role',
};

/** As a start would read it. */
async function tryOnce(path: string, parse: (text: string) => unknown): Promise<void> {
  const apply = (text: string): void => {
    parse(text);
  };
  const watch = await watchFile(path, apply, { onError: () => undefined });
  watch.close();
}
