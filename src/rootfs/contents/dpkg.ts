import type { Package } from './contents.ts';
import { sourceFields } from './source.ts';
import { readStanzas } from './stanzas.ts';

/** States in which a package has no files in the rootfs, or its configuration files alone. */
const absent = new Set(['not-installed', 'config-files']);

/**
 * The packages of dpkg's status file, or of one file of `status.d`, whose stanzas have no status.
 * A package that is unpacked but not configured counts, since its files are there: an image may be built so, and who
 * asks where a library runs must be told of that one, too. The first word of a status, what somebody wants, does not.
 */
export function parseDpkg(text: string): Package[] {
  const packages: Package[] = [];
  for (const stanza of readStanzas(text)) {
    const name = stanza.get('Package');
    const version = stanza.get('Version');
    const state = stanza.get('Status')?.split(/\s+/).at(-1);
    if (name === undefined || version === undefined || (state !== undefined && absent.has(state))) continue;
    const architecture = stanza.get('Architecture') ?? 'all';
    // deb-src-control(5): `name`, or `name (version)`.
    const [, source, sourceVersion] = /^([^\s(]+)\s*(?:\(([^)]*)\))?$/.exec(stanza.get('Source') ?? '') ?? [];
    packages.push({
      name,
      version,
      architecture,
      manager: 'dpkg',
      ...sourceFields({ name, version }, source, sourceVersion),
    });
  }
  return packages;
}
