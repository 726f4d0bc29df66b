import { createHash } from 'node:crypto';
import { cached } from './cached.ts';
import { run } from './run.ts';
import { toolPath } from './tools.ts';

const release = 'bookworm';

/** What a Node droplet needs of its rootfs; bash is in every Debian. */
const needed = ['ca-certificates', 'libatomic1', 'libssl3', 'libstdc++6'];

/**
 * A plain tar of a minimal Debian with its package database, made by mmdebstrap from the mirrors that this machine's
 * own apt is configured for; `packages` are installed on top, so that two versions can differ. Needs root.
 * @returns the tar's path
 */
export async function debianRootfs(packages: readonly string[] = []): Promise<string> {
  const include = [...needed, ...packages].toSorted().join(',');
  const name = createHash('sha256').update(include).digest('hex').slice(0, 16);
  return cached(`${release}-${name}.tar`, async (path) => {
    const sources = await debianSources();
    await run(
      toolPath('mmdebstrap'),
      ['--quiet', '--variant=minbase', `--include=${include}`, '--format=tar', release, path, '-'],
      { input: sources, timeout: 300_000 },
    );
  });
}

/** The machine's own sources of this release, as lines of a sources.list, without those of anybody but Debian. */
async function debianSources(): Promise<string> {
  const fields = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', fields, 'Created-By: Packages']);
  const sources = stdout
    .split('\n')
    .filter((line) => new RegExp(` ${release}(-updates|-security)? `).test(line));
  if (sources.length === 0) throw new Error(`apt has no source for Debian ${release}: add one`);
  return sources.map((line) => `deb ${line}\n`).join('');
}
