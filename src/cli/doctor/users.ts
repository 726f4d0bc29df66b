import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { parseGrants } from '../../http/auth/grants.ts';
import { parseHtpasswd } from '../../http/auth/htpasswd.ts';
import type { Role } from '../../http/auth/identity.ts';
import { isLoopback } from '../../http/auth/loopback.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';

/** Of the files that say who may do what. */
export const userChecks: readonly Check[] = [
  {
    name: 'users',
    tries: 'read users and grants, and see who may pull and who may change things',
    needs: ['configuration'],
    mend: 'put the file right: htpasswd -B makes a line of it',
    try: async (site) => look(await site.config()),
  },
];

async function look({ users, grants, listenHost }: Config): Promise<Verdict> {
  if (users === undefined) {
    if (isLoopback(listenHost)) return ok('there are no users: on this machine everybody may do everything');
    return failure(
      'there are no users, and more than the loopback is to be listened on',
      'give users a file',
    );
  }
  const names = [...parseHtpasswd(await readFile(users, 'utf8')).keys()];
  const identify = parseGrants(grants === undefined ? '' : await readFile(grants, 'utf8'));
  const having = (role: Role): string[] => names.filter((name) => identify(name).roles.has(role));
  const [pulling, ruling] = [having('pull'), having('admin')];
  if (pulling.length === 0) return failure('nobody has the role pull', 'give it to a user in the grants');
  if (ruling.length === 0)
    return warning(
      'nobody has the role admin: only --data can change things',
      'name a user admin, or grant it',
    );
  return ok(`${names.length} users: ${pulling.length} may pull, ${ruling.length} are admin`);
}
