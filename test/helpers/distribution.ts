import { hash as bcrypt } from '@node-rs/bcrypt';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from './owner.ts';
import { start } from './start.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

/** Who may do something: whoever one `name:password` is, or whoever brings a token that `realm` has signed; else everybody. */
type Guard = { user: string } | { realm: string; service: string; issuer: string; ca: string };

/**
 * Starts the registry that most others come from, over plain HTTP.
 * @param root its directory; several registries may share one
 * @returns its `host:port`
 */
export async function distribution(owner: Owner, root: string, guard?: Guard): Promise<string> {
  const home = await tempDir(owner);
  const config = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: root } },
    http: { addr: '127.0.0.1:0' },
    ...(guard === undefined ? {} : { auth: await authOf(guard, home) }),
  };
  // JSON is YAML.
  await writeFile(join(home, 'config.yml'), JSON.stringify(config));
  const registry = start(owner, toolPath('docker-registry'), ['serve', join(home, 'config.yml')]);
  const [, port = ''] = await registry.logged(/listening on 127\.0\.0\.1:(\d+)/);
  return `127.0.0.1:${port}`;
}

async function authOf(guard: Guard, home: string): Promise<object> {
  if ('realm' in guard) {
    const { realm, service, issuer, ca } = guard;
    return { token: { realm, service, issuer, rootcertbundle: ca } };
  }
  const [, name = '', password = ''] = /^([^:]*):(.*)$/.exec(guard.user) ?? [];
  const path = join(home, 'htpasswd');
  // The letter says which of several equal forms of bcrypt it is: this one it knows.
  const line = (await bcrypt(password, { cost: 4 })).replace(/^\$2[a-z]\$/, '$2y$');
  await writeFile(path, `${name}:${line}\n`);
  return { htpasswd: { realm: 'test', path } };
}
