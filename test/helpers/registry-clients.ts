import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolName } from '../tools/inventory.ts';
import type { Owner } from './owner.ts';
import { run, type Output, type RunOptions } from './run.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

type Registry = {
  /** `host:port` */
  host: string;
  /** `name:password` */
  user?: string;
  /** PEM file of the authority that signed its certificate; without it, the registry speaks plain HTTP */
  ca?: string;
};

type Client = (
  args: readonly string[],
  options?: Pick<RunOptions, 'cwd' | 'input' | 'mayFail' | 'timeout'>,
) => Promise<Output>;

/**
 * Real clients that know one registry: how to speak to it, whom to trust, who they are. All of that is in a home
 * directory of their own, so that the machine's configuration neither matters nor changes.
 */
export async function registryClients(owner: Owner, registry: Registry) {
  const home = await tempDir(owner);
  await Promise.all([
    write(home, '.docker/config.json', JSON.stringify(credentials(registry))),
    write(home, '.regctl/config.json', JSON.stringify({ hosts: { [registry.host]: regctlHost(registry) } })),
    write(home, '.config/containers/policy.json', '{"default":[{"type":"insecureAcceptAnything"}]}'),
    write(home, '.config/containers/registries.conf', registriesConf(registry)),
    write(home, 'containers.conf', containersConf),
  ]);
  const env = {
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    HOME: home,
    TMPDIR: home,
    CONTAINERS_CONF: join(home, 'containers.conf'),
    ...(registry.ca === undefined ? {} : { SSL_CERT_FILE: registry.ca }),
  };
  const client =
    (name: ToolName, flags: readonly string[] = []): Client =>
    (args, options = {}) =>
      run(toolPath(name), [...flags, ...args], { ...options, env });
  return {
    crane: client('crane'),
    regctl: client('regctl'),
    skopeo: client('skopeo'),
    umoci: client('umoci'),
    /** Needs root. Its images are kept in plain directories: nothing stays mounted. */
    podman: client('podman', podmanFlags(home)),
  };
}

async function write(home: string, name: string, content: string): Promise<void> {
  await mkdir(join(home, name, '..'), { recursive: true });
  await writeFile(join(home, name), content);
}

/** crane, skopeo and podman read this file; regctl has its own. */
function credentials({ host, user }: Registry): object {
  return user === undefined ? {} : { auths: { [host]: { auth: Buffer.from(user).toString('base64') } } };
}

function regctlHost({ user = '', ca }: Registry): object {
  const [name, password] = user.split(':');
  return {
    tls: ca === undefined ? 'disabled' : 'enabled',
    ...(user === '' ? {} : { user: name, pass: password }),
  };
}

function registriesConf({ host, ca }: Registry): string {
  return ca === undefined ? `[[registry]]\nlocation = "${host}"\ninsecure = true\n` : '';
}

/** Podman's own defaults raise limits and write a journal, for which a container that we run in lacks the rights. */
const containersConf = `[containers]
netns = "host"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
`;

function podmanFlags(home: string): string[] {
  const place = (name: string) => join(home, name);
  return [
    '--storage-driver',
    'vfs',
    '--root',
    place('storage'),
    '--runroot',
    place('run'),
    '--tmpdir',
    place('libpod'),
  ];
}
