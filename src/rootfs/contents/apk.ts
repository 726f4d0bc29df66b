import type { Package } from './contents.ts';
import { sourceFields } from './source.ts';
import { readStanzas } from './stanzas.ts';

/** The packages of apk's `installed` (apk-installed(5)): one stanza each, keys of one letter. */
export function parseApk(text: string): Package[] {
  const packages: Package[] = [];
  for (const stanza of readStanzas(text)) {
    const name = stanza.get('P');
    const version = stanza.get('V');
    if (name === undefined || version === undefined) continue;
    const architecture = stanza.get('A') ?? 'noarch';
    const source = sourceFields({ name, version }, stanza.get('o'), version);
    packages.push({ name, version, architecture, manager: 'apk', ...source });
  }
  return packages;
}
