import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../../test/helpers/cached.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import { run } from '../../test/helpers/run.ts';
import { start } from '../../test/helpers/start.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import { findTool } from '../../test/tools/find-tool.ts';
import type { Contestant, Server } from './contestant.ts';
import { keepLog } from './dropstack.ts';
import { htpasswdLine } from './htpasswd.ts';

const version = 'v3.1.2';

/** The registry that most others come from, by who has built it. */
const programs = {
  'distribution 3': () => cached(`distribution-${version}`, build),
  'docker-registry': () => Promise.resolve(toolPath('docker-registry')),
} as const;

/**
 * Starts it over `root` with descriptors in memory, as its own image has it. It logs a line for each request, as we do,
 * instead of its two.
 * @param root its directory; several may share one
 * @param user `name:password`
 */
export async function startDistribution(
  owner: Owner,
  name: keyof typeof programs,
  root: string,
  user: string,
): Promise<Contestant> {
  const program = await programs[name]();
  const home = await tempDir(owner);
  const path = join(home, 'users');
  await writeFile(path, await htpasswdLine(user));
  const auth = { htpasswd: { realm: 'contest', path } };
  const open = await serve(owner, program, join(home, 'open.yml'), root, {});
  return { name, open, guarded: await serve(owner, program, join(home, 'guarded.yml'), root, { auth }) };
}

async function serve(
  owner: Owner,
  program: string,
  config: string,
  root: string,
  more: object,
): Promise<Server> {
  const storage = { filesystem: { rootdirectory: root }, cache: { blobdescriptor: 'inmemory' } };
  const log = { accesslog: { disabled: true } };
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({ version: '0.1', log, storage, http: { addr: '127.0.0.1:0' }, ...more }),
  );
  // It would look for a collector of traces.
  const env = { ...process.env, OTEL_TRACES_EXPORTER: 'none' };
  const registry = start(owner, program, ['serve', config], { env, keep: keepLog });
  const [, port = ''] = await registry.logged(/listening on 127\.0\.0\.1:(\d+)/);
  return { host: `127.0.0.1:${port}`, pid: registry.pid };
}

async function build(target: string): Promise<void> {
  const go = findTool('go');
  if (go === undefined) throw new Error('There is no Go compiler on the PATH to build distribution 3');
  const bin = await mkdtemp(join(tmpdir(), 'ds-go-'));
  try {
    const program = `github.com/distribution/distribution/v3/cmd/registry@${version}`;
    await run(go, ['install', '-buildvcs=false', program], {
      env: { ...process.env, GOBIN: bin, CGO_ENABLED: '0' },
      timeout: 600_000,
    });
    await copyFile(join(bin, 'registry'), target);
  } finally {
    await rm(bin, { recursive: true, force: true });
  }
}
