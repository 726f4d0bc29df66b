/**
 * The stanzas of a package database: lines of `key:value`, with a blank line between one stanza and the next. The first
 * line of a key counts; lines that begin with white space, which go on with a value, are left out.
 */
export function* readStanzas(text: string): Generator<ReadonlyMap<string, string>> {
  let stanza = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      if (stanza.size > 0) yield stanza;
      stanza = new Map();
      continue;
    }
    const colon = line.indexOf(':');
    const key = line.slice(0, colon);
    if (colon > 0 && !/^\s/.test(line) && !stanza.has(key)) stanza.set(key, line.slice(colon + 1).trim());
  }
  if (stanza.size > 0) yield stanza;
}
