import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Users = {
  /** A file for `--token-auth-file`. */
  tokenFile: string;
  /** The user's bearer token. @throws Error where there is no such user */
  token: (user: string) => string;
  /** The path of the user's kubeconfig. @throws Error where there is no such user */
  kubeconfig: (user: string) => string;
};

/** Who may do everything. */
export const admin = 'admin';

/**
 * Writes tokens and kubeconfigs into `directory`: of `admin`, and of `names`, who have no rights but those that a test
 * gives to them as users of these names. `ca` is a PEM file.
 */
export async function writeUsers(
  directory: string,
  names: readonly string[],
  url: string,
  ca: string,
): Promise<Users> {
  const tokens = new Map([admin, ...names].map((name) => [name, randomBytes(16).toString('hex')]));
  const tokenFile = join(directory, 'tokens.csv');
  const lines = [...tokens].map(([name, token]) =>
    [token, name, name, ...(name === admin ? ['system:masters'] : [])].join(','),
  );
  await writeFile(tokenFile, `${lines.join('\n')}\n`);
  const kubeconfig = (user: string) => join(directory, `${user}.kubeconfig`);
  for (const [name, token] of tokens) await writeFile(kubeconfig(name), config(name, token, url, ca));

  const token = (user: string) => {
    const found = tokens.get(user);
    if (found === undefined)
      throw new Error(`There is no user ${user}: only ${[...tokens.keys()].join(', ')}`);
    return found;
  };
  return { tokenFile, token, kubeconfig: (user) => (token(user), kubeconfig(user)) };
}

/** JSON is YAML. */
function config(name: string, token: string, url: string, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': ca } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: 'test', user: name } }],
    'current-context': name,
  });
}
